import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { canStartRedis, startRedisServer } from '../helpers/redis-server.ts';
import { createStage, type Stage, type Strike } from './crash-stage.ts';
import { PLACES } from './points.ts';
import { chaosRounds, chaosSeed, createRandom, type Random } from './random.ts';

const SEED = chaosSeed();
const ROUNDS = chaosRounds(5);
const TIMEOUT_MS = 60_000 + ROUNDS * 15_000;

const redis = canStartRedis('crashes over several processes') ? await startRedisServer() : null;
afterAll(() => redis?.close());

const ENGINES = [
  { engine: 'SQLite', processes: 1 },
  { engine: 'Redis', processes: 2 },
] as const;

/** Every place in turn, in an order of the seed, and now and then a moment that is nobody's choice. */
function* strikes(random: Random): Generator<Strike> {
  const signal = () => random.pick(['SIGKILL', 'SIGSTOP'] as const);
  for (;;) {
    const places = [...PLACES];
    while (places.length > 0) {
      const [place] = places.splice(random.below(places.length), 1);
      if (place !== undefined) yield { point: { ...place.point, skip: random.below(place.calls), signal: signal() } };
      if (random.below(4) === 0) yield { afterMs: random.below(900), signal: signal() };
    }
  }
}

function nameOf(strike: Strike): string {
  return 'point' in strike
    ? `${strike.point.signal} ${strike.point.name} (after ${strike.point.skip})`
    : `${strike.signal} ${strike.afterMs} ms after the asks`;
}

describe.each(ENGINES)('processes struck down or stalled on $engine (I2, I5, I6)', ({ engine, processes }) => {
  let stage: Stage;
  afterEach(async () => {
    await stage.close();
    await redis?.clear();
  });

  it.skipIf(engine === 'Redis' && redis === null)(
    `after each of ${ROUNDS} rounds of seed ${SEED}: charged is deducted, nothing held, nothing left open, told once`,
    async () => {
      const random = createRandom(SEED + processes);
      stage = await createStage({
        ...(engine === 'Redis' && { redisUrl: redis?.url ?? '' }),
        processes,
        random,
      });
      const plan = strikes(random);
      let struck = 0;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const strike = plan.next().value as Strike;
        const isStruck = await stage.round(strike);
        if (isStruck) struck += 1;
        process.stderr.write(`${engine} ${round}/${ROUNDS} ${isStruck ? '' : 'not come to: '}${nameOf(strike)}\n`);
        await stage.check();
      }
      expect(struck).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
