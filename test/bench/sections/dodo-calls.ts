import { setTimeout as pause } from 'node:timers/promises';
import { startBot } from '../servers/bot.ts';
import { startUpstream } from '../servers/start-process.ts';
import type { UpstreamCounts } from '../servers/upstream.ts';

const MEMBERS = 50;

export interface DodoCallFigures {
  asksASecond: number;
  asks: number;
  calls: number;
  callsAnAsk: number;
}

/**
 * Calls to Dodo for an ask, from the first ask until all usage has arrived there.
 * @param asksASecond begun evenly, whether earlier ones have ended or not
 */
export async function benchDodoCalls(asksASecond: number, seconds: number): Promise<DodoCallFigures> {
  const upstream = await startUpstream({ pieces: 5 });
  const bot = await startBot({ upstreamUrl: upstream.url, members: MEMBERS });
  const counts = async () => (await (await fetch(`${upstream.url}/counts`)).json()) as UpstreamCounts;
  try {
    const before = await counts();
    const asks = asksASecond * seconds;
    const from = performance.now();
    await Promise.all(
      Array.from({ length: asks }, async (_, n) => {
        await pause(Math.max(0, (n * 1_000) / asksASecond - (performance.now() - from)));
        await ask(bot.url, bot.apiKeys[n % MEMBERS] ?? '');
      }),
    );
    while ((await counts()).events - before.events < asks) await pause(200);
    const calls = (await counts()).dodoCalls - before.dodoCalls;
    return { asksASecond, asks, calls, callsAnAsk: calls / asks };
  } finally {
    await bot.close();
    await upstream.close();
  }
}

async function ask(url: string, key: string): Promise<void> {
  const response = await fetch(`${url}/api/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ prompt: 'How many calls?' }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`expected 200, got ${response.status}: ${text}`);
}
