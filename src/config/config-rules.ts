/** A process's variables, trimmed; those without a value are left out. */
export type PresentVariables = Readonly<Record<string, string>>;

/** @returns the variables trimmed; those with an empty value count as none */
export function presentVariables(env: Readonly<Record<string, string | undefined>>): PresentVariables {
  return Object.fromEntries(
    Object.entries(env)
      .map(([name, value]) => [name, value?.trim() ?? ''] as const)
      .filter(([, value]) => value !== ''),
  );
}

const DISCORD = ['DISCORD_TOKEN', 'DISCORD_APPLICATION_ID'];
const SLACK_TOKEN = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'];
const SLACK_OAUTH = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_STATE_SECRET'];
const ROLES = ['web', 'bot', 'worker'];

/** What one variable demands of others; each text names its variable and no value. */
export function crossProblems(env: PresentVariables): string[] {
  return [...discordProblems(env), ...slackProblems(env), ...roleProblems(env), ...platformProblems(env)];
}

const has = (env: PresentVariables, names: readonly string[]) => names.some((name) => env[name] !== undefined);

const missing = (env: PresentVariables, names: readonly string[], because: string) =>
  names.filter((name) => env[name] === undefined).map((name) => `${name}: is missing (${because})`);

function discordProblems(env: PresentVariables): string[] {
  if (!has(env, [...DISCORD, 'DISCORD_PUBLIC_KEY'])) return [];
  const problems = missing(env, DISCORD, 'Discord is configured in part');
  if (env.DISCORD_TRANSPORT === 'http') {
    problems.push(...missing(env, ['DISCORD_PUBLIC_KEY'], 'it tells that a request over HTTP is from Discord'));
  }
  return problems;
}

function slackProblems(env: PresentVariables): string[] {
  const isSocket = env.SLACK_APP_TOKEN !== undefined;
  if (!has(env, SLACK_OAUTH)) {
    const needed = isSocket ? ['SLACK_BOT_TOKEN'] : SLACK_TOKEN;
    return isSocket || has(env, SLACK_TOKEN) ? missing(env, needed, 'Slack is configured in part') : [];
  }
  const because = 'Slack is configured for many workspaces in part';
  const problems = missing(env, isSocket ? SLACK_OAUTH : [...SLACK_OAUTH, 'SLACK_SIGNING_SECRET'], because);
  if (env.SLACK_BOT_TOKEN !== undefined) {
    problems.push('SLACK_BOT_TOKEN: leave it out when SLACK_CLIENT_ID is set: each workspace has a token of its own');
  }
  return problems;
}

function roleProblems(env: PresentVariables): string[] {
  const roles = new Set((env.ROLES ?? ROLES.join(',')).split(',').map((role) => role.trim()));
  if ([...roles].some((role) => !ROLES.includes(role))) {
    return ['ROLES: expected some of web, bot, worker, with commas between'];
  }
  if (roles.size < ROLES.length && env.REDIS_URL === undefined) {
    return ['ROLES: several processes need Redis: set REDIS_URL, or leave ROLES out'];
  }
  return [];
}

function platformProblems(env: PresentVariables): string[] {
  if (env.ROLES === 'web') return [];
  if (has(env, [...DISCORD, 'DISCORD_PUBLIC_KEY', ...SLACK_TOKEN, ...SLACK_OAUTH, 'SLACK_APP_TOKEN'])) return [];
  return ['DISCORD_TOKEN or SLACK_BOT_TOKEN: is missing (at least one platform must be configured)'];
}

const FAMILY = /^(DODO|OPENAI|DISCORD|SLACK|ALLOW|BLOCK)_/;

/** Changed letters by which a name counts as a slip of another one. */
const SLIP = 2;

/** A misspelt name would quietly leave its variable at the default, DODO_ENVIRONMENT at test_mode among them. */
export function misspeltNames(env: PresentVariables, known: readonly string[]): string[] {
  return Object.keys(env)
    .filter((name) => FAMILY.test(name) && !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((candidate) => distance(name, candidate) <= SLIP);
      return meant === undefined ? [] : [`${name}: is not a variable of this program; expected ${meant}`];
    });
}

/** Letters to add, drop or change until `from` is `to` (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
