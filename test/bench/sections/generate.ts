import { runLoad, type ServedFigures } from '../load/run-load.ts';
import { startBot } from '../servers/bot.ts';
import { type StartedProcess, startProcess, startUpstream } from '../servers/start-process.ts';

/** Each member asks in turn. */
const MEMBERS = 100;

export interface GenerateOrder {
  modelDelayMs: number;
  dodoDelayMs: number;
  atOnce: number;
  count: number;
}

export interface GenerateFigures extends GenerateOrder {
  ours: ServedFigures;
  reference: ServedFigures;
  floor: ServedFigures;
}

/** `/api/generate`: ours, the plainest way to do the same job, and the model alone; each after the other. */
export async function benchGenerate(order: GenerateOrder): Promise<GenerateFigures> {
  const { modelDelayMs, dodoDelayMs, atOnce, count } = order;
  const upstream = await startUpstream({ modelDelayMs, dodoDelayMs });
  const env = { OPENAI_BASE_URL: `${upstream.url}/v1`, DODO_PAYMENTS_BASE_URL: upstream.url };
  const bot = await startBot({ upstreamUrl: upstream.url, members: MEMBERS });
  const reference = await startProcess('servers/reference.ts', [], env);
  const floor = await startProcess('servers/floor.ts', [], env);
  const measure = (server: StartedProcess) =>
    runLoad(server, {
      requests: bot.apiKeys.map((key) => ({
        path: '/api/generate',
        body: JSON.stringify({ prompt: 'What is the difference between a hold and a charge?' }),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      })),
      count,
      atOnce,
      warmUp: Math.min(count, 1_000),
    });
  try {
    return {
      ...order,
      floor: await measure(floor),
      reference: await measure(reference),
      ours: await measure(bot),
    };
  } finally {
    await floor.close();
    await reference.close();
    await bot.close();
    await upstream.close();
  }
}
