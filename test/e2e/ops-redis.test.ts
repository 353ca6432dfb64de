import { afterEach, expect, it } from 'vitest';
import { startBot } from '../helpers/bot.ts';
import { opsFacts } from '../helpers/ops-process.ts';
import { ask, buy, personOn } from '../helpers/people.ts';
import { canStartRedis, startRedisServer } from '../helpers/redis-server.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

it.runIf(canStartRedis('operator commands on Redis'))(
  'ops works beside a bot on Redis, reading and changing',
  async () => {
    const redis = await startRedisServer();
    opened.push(redis);
    const bot = await startBot({ env: { REDIS_URL: redis.url } });
    opened.push(bot);
    const env = { ...bot.world.env, REDIS_URL: redis.url };
    const ann = personOn('discord', bot, 'ann');
    await buy(bot, ann, 'starter');
    await ask(ann, 'Hello');
    expect(await opsFacts(env, 'account', `discord:${ann.id}`)).toMatchObject({
      figures: { balance: 10_000_000 },
      receipts: [{ by: { user: ann.id } }],
    });
    expect(await opsFacts(env, 'pause', 'moving')).toMatchObject({ paused: true });
    expect((await opsFacts<{ lines: object[] }>(env, 'audit')).lines).toMatchObject([{ command: 'pause' }]);
    expect(await opsFacts(env, 'resume')).toMatchObject({ was: { reason: 'moving' } });
    expect(await opsFacts(env, 'outbox')).toMatchObject({ deadLetters: [] });
  },
);
