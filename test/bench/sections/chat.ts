import { generateKeyPairSync } from 'node:crypto';
import { percentile } from '../measure/figures.ts';
import { startBot } from '../servers/bot.ts';
import type { MembersFigures, MembersOrder } from '../servers/members.ts';
import { type StartedProcess, startProcess, startUpstream } from '../servers/start-process.ts';

/** They do not all press Enter in the same millisecond. */
const SPREAD_MS = 5_000;

/**
 * One for so many members asks before the others: what is loaded with the first ask is there when these come. More would
 * spend the edits that Slack allows a workspace in a minute.
 */
const ONE_WARMS = 10;

export interface ChatFigures {
  acknowledgedMedianMs: number;
  acknowledgedP99Ms: number;
  /** At the median, until the member sees the first words; the model writes its first piece at once. */
  addedToFirstTextMs: number;
  editsASecond: number;
  cpuMsAnAsk: number;
}

/** `/ask` of so many members whose answers stream at the same time, over signed HTTP. */
export async function benchChat(platform: 'discord' | 'slack', membersAtOnce: number): Promise<ChatFigures> {
  const warmUp = Math.ceil(membersAtOnce / ONE_WARMS);
  const upstream = await startUpstream({ pieceDelayMs: 250, pieces: 40 });
  const members = await startProcess('servers/members.ts', [], {});
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bot = await startBot({
    upstreamUrl: upstream.url,
    members: warmUp + membersAtOnce,
    platform,
    env: {
      SLACK_API_URL: `${members.url}/slack/`,
      DISCORD_API_URL: `${members.url}/api`,
      DISCORD_TOKEN: 'bench',
      DISCORD_APPLICATION_ID: '100000000000000001',
      DISCORD_TRANSPORT: 'http',
      // The last 32 bytes of the key in SPKI are the key itself (RFC 8410).
      DISCORD_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'),
    },
  });
  try {
    const ask = (from: number, count: number): MembersOrder => ({
      botUrl: bot.url,
      platform,
      members: count,
      from,
      spreadMs: (SPREAD_MS * count) / membersAtOnce,
      signingSecret: bot.signingSecret,
      privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    });
    await run(members, ask(0, warmUp));
    const cpu = bot.cpuMs();
    const figures = await run(members, ask(warmUp, membersAtOnce));
    return {
      acknowledgedMedianMs: percentile(figures.acknowledgedMs, 50),
      acknowledgedP99Ms: percentile(figures.acknowledgedMs, 99),
      addedToFirstTextMs: percentile(figures.firstTextMs, 50),
      editsASecond: figures.edits / figures.seconds,
      cpuMsAnAsk: (bot.cpuMs() - cpu) / membersAtOnce,
    };
  } finally {
    await bot.close();
    await members.close();
    await upstream.close();
  }
}

async function run(members: StartedProcess, order: MembersOrder): Promise<MembersFigures> {
  const response = await fetch(`${members.url}/run`, { method: 'POST', body: JSON.stringify(order) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as MembersFigures;
}
