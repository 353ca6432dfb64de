import { runLoad, type ServedFigures } from '../load/run-load.ts';
import { medianRound } from '../measure/figures.ts';
import { startBot } from '../servers/bot.ts';
import { type StartedProcess, startProcess, startUpstream } from '../servers/start-process.ts';

/** Each member asks in turn. */
const MEMBERS = 100;

/** Before anything is measured: code is compiled. */
const WARM_UP = { count: 3_000, atOnce: 64, warmUp: 0 };

/** Each server has its turn in each; a machine is quicker at one moment than at another. */
const ROUNDS = 3;

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

/**
 * `/api/generate`: ours, the plainest way to do the same job, and the model alone; each after the other, in some rounds.
 * @returns of each server the round with its median asks a second
 */
export async function benchGenerate(order: GenerateOrder): Promise<GenerateFigures> {
  const { modelDelayMs, dodoDelayMs, atOnce, count } = order;
  const upstream = await startUpstream({ modelDelayMs, dodoDelayMs });
  const env = { OPENAI_BASE_URL: `${upstream.url}/v1`, DODO_PAYMENTS_BASE_URL: upstream.url };
  const bot = await startBot({ upstreamUrl: upstream.url, members: MEMBERS });
  const reference = await startProcess('servers/reference.ts', [], env);
  const floor = await startProcess('servers/floor.ts', [], env);
  const servers = { floor, reference, ours: bot };
  const load = (server: StartedProcess, amount: typeof WARM_UP) =>
    runLoad(server, {
      ...amount,
      requests: bot.apiKeys.map((key) => ({
        path: '/api/generate',
        body: JSON.stringify({ prompt: 'What is the difference between a hold and a charge?' }),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      })),
    });
  const rounds: Record<keyof typeof servers, ServedFigures[]> = { floor: [], reference: [], ours: [] };
  try {
    for (const server of Object.values(servers)) await load(server, WARM_UP);
    for (let round = 0; round < (atOnce === 1 ? 1 : ROUNDS); round += 1) {
      for (const name of ['floor', 'reference', 'ours'] as const)
        rounds[name].push(await load(servers[name], { count, atOnce, warmUp: atOnce }));
    }
    return {
      ...order,
      floor: medianOf(rounds.floor),
      reference: medianOf(rounds.reference),
      ours: medianOf(rounds.ours),
    };
  } finally {
    await floor.close();
    await reference.close();
    await bot.close();
    await upstream.close();
  }
}

function medianOf(rounds: readonly ServedFigures[]): ServedFigures {
  return medianRound(rounds, ({ aSecond }) => aSecond);
}
