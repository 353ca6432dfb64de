import { type BenchBot, startBot } from '../servers/bot.ts';
import { type StartedProcess, startProcess, startUpstream } from '../servers/start-process.ts';

const ASKS = 500;
const GRANTED = 10_000;

/** What each is charged: 20 of input and 20 of output, as the model reports. */
export interface OverspendFigures {
  granted: number;
  ours: { served: number; tokens: number; overspent: number };
  reference: { served: number; tokens: number; overspent: number };
}

/** 500 asks at once on one wallet, while Dodo's meter is a minute late. */
export async function benchOverspend(): Promise<OverspendFigures> {
  const upstream = await startUpstream({ balance: GRANTED, modelDelayMs: 50 });
  const env = { OPENAI_BASE_URL: `${upstream.url}/v1`, DODO_PAYMENTS_BASE_URL: upstream.url };
  const bot = await startBot({ upstreamUrl: upstream.url, members: 1, balance: GRANTED });
  const reference = await startProcess('servers/reference.ts', [], env);
  try {
    return { granted: GRANTED, ours: await askAtOnce(bot, bot), reference: await askAtOnce(reference, bot) };
  } finally {
    await reference.close();
    await bot.close();
    await upstream.close();
  }
}

async function askAtOnce(server: StartedProcess, { apiKeys }: BenchBot): Promise<OverspendFigures['ours']> {
  const answers = await Promise.all(
    Array.from({ length: ASKS }, async () => {
      const response = await fetch(`${server.url}/api/generate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKeys[0]}` },
        body: JSON.stringify({ prompt: 'Is there enough for all of us?' }),
      });
      const body = (await response.json()) as { tokens_used?: number };
      return response.status === 200 ? (body.tokens_used ?? 0) : null;
    }),
  );
  const served = answers.filter((tokens) => tokens !== null);
  const tokens = served.reduce((sum, each) => sum + each, 0);
  return { served: served.length, tokens, overspent: Math.max(0, tokens - GRANTED) };
}
