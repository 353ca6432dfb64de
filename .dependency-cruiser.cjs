// Which folder may import what. Everything that is not allowed here is refused (docs: README, "How it works").
const inside = (...paths) => ({ path: paths.map((path) => `^${path}`) });
const vendor = (...names) => ({ path: `^node_modules/(${names.join('|')})(/|$)` });
const node = { dependencyTypes: ['core'] };
const simulator = 'src/sandbox/(dodo|openai|discord|slack)/';
/** The composition root and its parts, and what an operator has set. */
const top = '^src/(app/|config/|[^/]+\\.ts$)';

module.exports = {
  allowedSeverity: 'error',
  allowed: [
    // The rules know nothing but themselves: no platform, no vendor, not even node.
    { from: inside('src/core/'), to: inside('src/core/') },
    { from: inside('commands/'), to: inside('commands/', 'src/core/') },

    // A port knows core and the one package that it is for.
    { from: { path: '^src/ports/([^/]+)/' }, to: { path: ['^src/ports/$1/', '^src/core/'] } },
    { from: inside('src/ports/'), to: node },
    { from: inside('src/ports/dodo/'), to: vendor('dodopayments', 'zod') },
    { from: inside('src/ports/openai/'), to: vendor('openai', 'gpt-tokenizer', 'eventsource-parser') },
    { from: inside('src/ports/store/'), to: vendor('keyv', '@keyv/redis', '@redis/client') },
    { from: inside('src/ports/store/sqlite/'), to: vendor('lru-cache') },
    { from: inside('src/ports/log/'), to: vendor('pino') },
    { from: inside('src/ports/metrics/'), to: vendor('prom-client') },

    // Discord and Slack share what stands beside them, and never see each other.
    {
      from: { path: '^src/platform/([^/]+)/' },
      to: { path: ['^src/platform/$1/', '^src/platform/[^/]+\\.ts$', '^src/core/'] },
    },
    { from: { path: '^src/platform/[^/]+\\.ts$' }, to: { path: ['^src/platform/[^/]+\\.ts$', '^src/core/'] } },
    { from: inside('src/platform/'), to: node },
    { from: inside('src/platform/'), to: vendor('express', '@types/express') },
    { from: inside('src/platform/discord/'), to: vendor('discord.js', 'discord-api-types') },
    { from: inside('src/platform/slack/'), to: vendor('@slack/(bolt|web-api|types)', 'keyv') },

    { from: inside('src/web/'), to: inside('src/web/', 'src/core/') },
    { from: inside('src/web/'), to: vendor('express', '@types/express') },
    { from: inside('src/web/api/'), to: vendor('zod') },
    { from: inside('src/web/'), to: node },
    { from: inside('src/workers/'), to: inside('src/workers/', 'src/core/') },
    { from: inside('src/config/'), to: vendor('zod') },

    // Only what stands at the top knows all; the sandbox is for its CLI and for tests.
    {
      from: { path: top },
      to: { path: [top, '^src/(core|ports|platform|web|workers)/', '^commands/'] },
    },
    { from: { path: top }, to: node },
    {
      from: { path: '^src/app/(platforms|platform-part|account-page)\\.ts$' },
      to: vendor('express', '@types/express'),
    },
    { from: { path: '^src/app/open-store\\.ts$' }, to: vendor('keyv') },
    { from: inside('src/cli/'), to: inside('src/', 'commands/') },
    { from: inside('src/cli/'), to: node },

    // A simulator that used the product's own code would only prove that it agrees with itself.
    { from: { path: '^src/sandbox/([^/]+)/' }, to: { path: ['^src/sandbox/$1/', '^src/sandbox/http-server\\.ts$'] } },
    { from: inside(simulator), to: vendor('express', '@types/express', 'zod') },
    { from: inside('src/sandbox/dodo/'), to: vendor('dodopayments', 'standardwebhooks') },
    { from: inside('src/sandbox/openai/'), to: vendor('openai', 'gpt-tokenizer') },
    { from: inside('src/sandbox/discord/'), to: vendor('discord-api-types', 'ws', '@types/ws') },
    { from: inside('src/sandbox/slack/'), to: vendor('@slack/(bolt|web-api|types|oauth)', 'ws', '@types/ws') },
    {
      from: { path: '^src/sandbox/', pathNot: `^${simulator}` },
      to: { path: ['^src/sandbox/', top, '^src/core/', '^src/ports/log/'] },
    },
    { from: { path: '^src/sandbox/', pathNot: `^${simulator}` }, to: vendor('express', '@types/express') },
    { from: inside('src/sandbox/'), to: node },

    { from: inside('test/'), to: {} },
  ],
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^(src|commands)/', pathNot: '^src/((main|cli/[^/]+)\\.ts$|web/account/assets/)' },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
