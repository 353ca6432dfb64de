import type { Sandbox } from './start-sandbox.ts';

export interface BannerFacts {
  sandbox: Pick<Sandbox, 'world' | 'app'>;
  playgroundUrl: string;
  databasePath: string;
  isTemporary: boolean;
  /** null: the terminal. */
  logFile: string | null;
  meterEverySeconds: number;
}

/** What stands in a prompt in double brackets to steer the simulated model; the model's own list is in its folder. */
const DIRECTIVES = [
  ['[[think:50000]]', 'spends 50,000 tokens on reasoning before the first word'],
  ['[[length:5000]]', 'writes an answer of exactly 5,000 tokens'],
  ['[[repeat:text]]', 'answers exactly this text'],
  ['[[cached:100]]', 'reports 100 tokens of the prompt as cached'],
  ['[[wait:2000]]', 'waits 2,000 milliseconds before it begins'],
  ['[[delay:200]]', 'pauses 200 milliseconds between two pieces'],
  ['[[cut:10]]', 'breaks the connection after 10 pieces'],
  ['[[stall:3]]', 'falls silent after 3 pieces'],
  ['[[fail:500]]', 'refuses with this HTTP status'],
  ['[[fail-after:3]]', 'reports an error after 3 pieces'],
  ['[[no-usage]]', 'never says how many tokens it used'],
  ['[[empty]]', 'answers nothing'],
  ['[[hang]]', 'never answers'],
] as const;

/** Where everything is and how to use it. */
export function banner(facts: BannerFacts): string {
  const { world, app } = facts.sandbox;
  const places = [
    ['Playground', facts.playgroundUrl, 'open this in a browser: Discord, Slack and the books side by side'],
    ['Bot', app.url, 'try /readyz and /metrics'],
    ['Dodo simulator', world.dodo.url, `API key ${world.dodo.apiKey}; checkouts are under /checkout/…`],
    ['OpenAI simulator', world.openai.url, 'the API is under /v1; any key will do'],
    ['Discord simulator', world.discord.url, 'the API is under /api'],
    ['Slack simulator', world.slack.url, 'the API is under /api'],
  ] as const;
  const kept = facts.isTemporary ? 'deleted at the end; keep it with --data <folder>' : 'kept';
  return `
tallybot sandbox: every service is simulated, no account is needed and no money moves.

${places.map(([name, url, what]) => `  ${name.padEnd(18)} ${url.padEnd(24)} ${what}`).join('\n')}
  ${'Database'.padEnd(18)} ${facts.databasePath} (${kept})
  ${"The bot's log".padEnd(18)} ${facts.logFile ?? 'on this terminal'}

How to use it
  1. Open the playground and type, as Ana on Discord or Ben on Slack: /ask Why is the sky blue?
     The wallet is empty, so the bot refuses and offers what there is to buy.
  2. Type /subscribe starter, open the link, pay on the simulated checkout. A DM tells of 10,000,000 tokens.
  3. Ask again and watch the answer stream in. /topup, /balance, /billing and /help are there too.
  4. Dodo's meter runs every ${facts.meterEverySeconds} seconds by itself (the real one about once a minute): its ledger follows.
  5. What is no command is a message to the bot: a mention in #general, or a DM. Slack brings it either way, Discord
     only by its gateway: npm run sandbox -- --discord gateway

In a prompt, these steer the model:
${DIRECTIVES.map(([directive, what]) => `  ${directive.padEnd(18)} ${what}`).join('\n')}

Press Ctrl-C to stop. To see the whole story played at once: npm run sandbox -- --tour
`;
}
