import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedisStore } from '../../../src/ports/store/redis/redis-store.ts';
import { createSqliteStore } from '../../../src/ports/store/sqlite/sqlite-store.ts';
import { BENCH_ENTITLEMENT, BENCH_PRODUCTS, fundedAccount, seed } from '../gate/wallets-for-bench.ts';
import { type StartedProcess, startProcess } from './start-process.ts';

/** `src/main.ts` as an operator starts it, with members who have tokens. */
export interface BenchBot extends StartedProcess {
  /** One for each member; the first letters of an `Authorization` header are the caller's to add. */
  apiKeys: readonly string[];
  signingSecret: string;
  webhookSecret: string;
}

export interface BenchBotOptions {
  upstreamUrl: string;
  members: number;
  /** Whose members they are; Discord's when left out. */
  platform?: 'discord' | 'slack';
  /** Tokens of each; more than any bench needs when left out. */
  balance?: number;
  /** null: SQLite. */
  redisUrl?: string | null;
  env?: Readonly<Record<string, string>>;
}

const SIGNING_SECRET = 'bench-signing-secret';
const WEBHOOK_SECRET = `whsec_${Buffer.from('bench webhook secret of 32 bytes').toString('base64')}`;

export async function startBot(options: BenchBotOptions): Promise<BenchBot> {
  const { upstreamUrl, redisUrl = null, env } = options;
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-bench-bot-'));
  const databasePath = join(folder, 'bot.db');
  const apiKeys = await seedMembers(options, databasePath);
  const bot = await startProcess(
    '../../src/main.ts',
    [],
    { ...settings(upstreamUrl, databasePath), ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }), ...env },
    (output) => (output.includes('tallybot is ready') ? /"url":"([^"]+)"/.exec(output)?.[1] : undefined),
  );
  return {
    ...bot,
    apiKeys,
    signingSecret: SIGNING_SECRET,
    webhookSecret: WEBHOOK_SECRET,
    async close() {
      await bot.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function settings(upstreamUrl: string, databasePath: string): Record<string, string> {
  return {
    DODO_PAYMENTS_API_KEY: 'bench',
    DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_SECRET,
    DODO_PAYMENTS_BASE_URL: upstreamUrl,
    CREDIT_ENTITLEMENT_ID: BENCH_ENTITLEMENT,
    STARTER_PLAN_PRODUCT_ID: BENCH_PRODUCTS.starter,
    PRO_PLAN_PRODUCT_ID: BENCH_PRODUCTS.pro,
    TOPUP_PRODUCT_ID: BENCH_PRODUCTS.topup,
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: `${upstreamUrl}/v1`,
    APP_SECRET: 'bench secret of thirty-two characters',
    DATABASE_PATH: databasePath,
    PORT: '0',
    MEMBER_ASKS_PER_MINUTE: '0',
    MAX_ASKS_PER_ACCOUNT: '1000',
    SLACK_BOT_TOKEN: 'xoxb-bench',
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: `${upstreamUrl}/slack/`,
    LOG_LEVEL: 'info',
  };
}

/** Accounts with their claims, as a month of use has left them. @returns their API keys */
async function seedMembers(options: BenchBotOptions, databasePath: string): Promise<string[]> {
  const { members: count, platform = 'discord', balance = 1_000_000_000_000, redisUrl = null } = options;
  const now = Date.now();
  const store =
    redisUrl === null
      ? await createSqliteStore({ path: databasePath, now: Date.now })
      : await createRedisStore({ url: redisUrl, now: Date.now });
  const members = Array.from({ length: count }, (_, n) => {
    const secret = `tb_${createHash('sha256').update(`key ${n}`).digest('base64url')}`;
    const hash = createHash('sha256').update(`api key:${secret}`).digest('hex');
    const account = fundedAccount(`member-${n}`, now, { platform, balance });
    const by = account.owner;
    const key = { id: `key-${hash.slice(0, 8)}`, name: 'bench', hash, by, createdAt: now, lastUsedAt: null };
    return { secret, hash, account: { ...account, apiKeys: [key] } };
  });
  await seed(
    store,
    members.map(({ account }) => account),
    now,
  );
  await Promise.all(
    members.flatMap(({ account, hash }) => [
      store.claimIndex('api_key', hash, account.id, now),
      store.claimIndex('customer', account.customerId ?? '', account.id, now),
    ]),
  );
  // Else who asks in the very moment of the start is refused: Dodo was never heard.
  await store.setFact('dodo_heard_at', String(now));
  await store.close();
  return members.map(({ secret }) => secret);
}
