import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { until } from '../../src/sandbox/people/until.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { type Developer, developerWith, keyOf } from '../helpers/developer.ts';
import { buy, modelTable, personOn } from '../helpers/people.ts';

let bot: Bot;
afterEach(() => bot.close());

async function begin(options: BotOptions = {}): Promise<Developer> {
  bot = await startBot(options);
  const ann = personOn('discord', bot, 'ann');
  await buy(bot, ann, 'starter');
  return developerWith(await keyOf(ann), bot);
}

const once = (key: string) => ({ 'idempotency-key': key });
const asked = () => bot.world.openai.store.requests.length;

async function soon(holds: () => boolean): Promise<void> {
  await until(
    () => holds() || undefined,
    5_000,
    () => 'it never came true',
  );
}

describe('an Idempotency-Key', () => {
  it('gets the same result again, billed once, for a day and after a restart; then it is new', async () => {
    const dev = await begin();
    const body = { prompt: 'Hello there [[length:30]]' };
    const first = await dev.post('/api/generate', body, once('a'));
    expect(first.status).toBe(200);
    expect(await dev.post('/api/generate', body, once('a'))).toMatchObject({ status: 200, body: first.body });
    await bot.restart();
    bot.advance(DAY - MINUTE);
    const again = developerWith(dev.key, bot);
    expect(await again.post('/api/generate', body, once('a'))).toMatchObject({ status: 200, body: first.body });
    expect([asked(), bot.kept.receipts().length]).toEqual([1, 1]);

    bot.advance(2 * MINUTE);
    await bot.settle();
    const later = await again.post('/api/generate', body, once('a'));
    expect(later.status).toBe(200);
    expect(later.body.ask_id).not.toBe(first.body.ask_id);
    expect([asked(), bot.kept.receipts().length]).toEqual([2, 2]);
  });

  it('is new a day after it began, whatever the hour of the day', async () => {
    const dev = await begin();
    for (let times = 1; times <= 3; times += 1) {
      expect((await dev.post('/api/generate', { prompt: 'Hello' }, once('a'))).status).toBe(200);
      bot.advance(DAY - HOUR);
      await dev.post('/api/generate', { prompt: 'Hello' }, once('a'));
      expect(asked()).toBe(times);
      bot.advance(9 * HOUR);
      await bot.settle();
    }
    const ids = bot.kept.receipts().map(({ askId }) => askId);
    expect(new Set(ids).size).toBe(3);
  });

  it('is refused with 422 for another body or another route, and is another one under another key', async () => {
    const dev = await begin();
    await dev.post('/api/generate', { prompt: 'Hello' }, once('a'));
    const other = await dev.post('/api/generate', { prompt: 'Hello!' }, once('a'));
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_key_reused']);
    const chat = { model: 'any', messages: [{ role: 'user', content: 'Hello' }] };
    expect((await dev.post('/v1/chat/completions', chat, once('a'))).status).toBe(422);
    const second = developerWith(await keyOf(personOn('slack', bot, 'ben')), bot);
    expect((await second.post('/api/generate', { prompt: 'Hello!' }, once('a'))).status).not.toBe(422);
    expect((await dev.post('/api/generate', { prompt: 'Hello' }, once(''))).status).toBe(400);
    expect((await dev.post('/api/generate', { prompt: 'Hello' }, once('x'.repeat(256)))).status).toBe(400);
  });

  it('is answered with 409 while the first is being answered, with many at once too', async () => {
    const dev = await begin();
    const body = { prompt: 'Hello [[delay:20]] [[length:60]]' };
    const all = await Promise.all(Array.from({ length: 8 }, () => dev.post('/api/generate', body, once('a'))));
    expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
    expect(all.find(({ status }) => status === 409)?.headers.get('retry-after')).toBe('1');
    expect([asked(), bot.kept.receipts().length]).toEqual([1, 1]);
    expect((await dev.post('/api/generate', body, once('a'))).status).toBe(200);
    expect(asked()).toBe(1);
  });

  it('repeats a chat completion, as a whole and as a stream, and a failure', async () => {
    const dev = await begin();
    const messages = [{ role: 'user' as const, content: 'Hello [[length:40]]' }];
    const headers = { headers: once('whole') };
    const first = await dev.openai.chat.completions.create({ model: 'any', messages }, headers);
    expect(await dev.openai.chat.completions.create({ model: 'any', messages }, headers)).toMatchObject({
      id: first.id,
      choices: first.choices,
      usage: first.usage,
    });
    const read = async () => {
      const body = { model: 'any', messages, stream: true as const };
      const stream = await dev.openai.chat.completions.create(body, { headers: once('stream') });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      return text;
    };
    expect(await read()).toBe(await read());
    const failing = () => dev.post('/api/generate', { prompt: 'Hello [[fail:500]]' }, once('fails'));
    expect((await failing()).status).toBe(502);
    expect((await failing()).status).toBe(502);
    expect([asked(), bot.kept.receipts().length]).toEqual([3, 3]);
  });

  it('of a request that was hung up on before the model was asked is answered as of one that was hung up on after', async () => {
    let hold: Promise<void> | null = null;
    let isAsked = false;
    const aroundStore = (store: Store): Store => ({
      ...store,
      async commit(commit) {
        if (commit.rows.some(({ topic }) => topic === 'lapse')) {
          isAsked = true;
          await hold;
        }
        return store.commit(commit);
      },
    });
    const dev = await begin({ overrides: { aroundStore } });
    const body = { prompt: 'Hello' };
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const patience = new AbortController();
    const impatient = fetch(`${bot.app.url}/api/generate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${dev.key}`, ...once('a') },
      body: JSON.stringify(body),
      signal: patience.signal,
    }).catch((error: Error) => error.name);
    await soon(() => isAsked);
    patience.abort();
    expect(await impatient).toBe('AbortError');
    await soon(() => bot.logged.some(({ text }) => text === 'a request was not waited for'));
    resolve();
    await expect.poll(async () => (await dev.post('/api/generate', body, once('a'))).status).not.toBe(409);
    const again = await dev.post('/api/generate', body, once('a'));
    expect([again.status, again.body.error.code]).toEqual([502, 'stopped']);
    expect(again.body.error.message).toContain('You were not charged');
    expect([asked(), bot.kept.receipts(), bot.kept.accounts().flatMap(({ holds }) => holds)]).toEqual([0, [], []]);
  });

  it('may be tried again after a refusal, which is no result', async () => {
    bot = await startBot();
    const ann = personOn('discord', bot, 'ann');
    const dev = developerWith(await keyOf(ann), bot);
    expect((await dev.post('/api/generate', { prompt: 'Hello' }, once('a'))).status).toBe(402);
    await buy(bot, ann, 'topup');
    expect((await dev.post('/api/generate', { prompt: 'Hello' }, once('a'))).status).toBe(200);
  });

  it('gives no empty text for an answer that could not be kept', async () => {
    const dev = await begin();
    const first = await dev.post('/api/generate', { prompt: 'Hello' }, once('a'));
    const file = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '');
    file.exec('DELETE FROM keyv_entries');
    file.close();
    const again = await dev.post('/api/generate', { prompt: 'Hello' }, once('a'));
    expect([again.status, again.body.error.code]).toEqual([502, 'answer_not_kept']);
    expect(again.body.error.message).toContain(`${first.body.tokens_used} tokens were charged`);
  });

  it('is what an ask is known by; one without it is answered and billed each time, and nothing is kept to know it by', async () => {
    const dev = await begin();
    const before = bot.kept.seenKeys();
    const asks = await Promise.all([1, 2].map(() => dev.post('/api/generate', { prompt: 'Hello' })));
    expect(asks.map(({ status }) => status)).toEqual([200, 200]);
    expect([asked(), bot.kept.receipts().length]).toEqual([2, 2]);
    expect(bot.kept.seenKeys()).toEqual(before);
    await dev.post('/api/generate', { prompt: 'Hello' }, once('a'));
    expect(bot.kept.seenKeys().length).toBeGreaterThan(before.length);
  });

  it('keeps no answer that could be read from the store, and none without the key', async () => {
    const dev = await begin();
    await dev.post('/api/generate', { prompt: 'Hello [[repeat:a secret answer]]' }, once('a'));
    await dev.post('/api/generate', { prompt: 'Hello [[repeat:a secret answer]]' });
    const rows = bot.kept.keyv('answers');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('secret');
  });
});

describe('limits', () => {
  it('are the member’s own: 429 and when to come again, over chat and API together', async () => {
    const dev = await begin({ env: { MEMBER_ASKS_PER_MINUTE: '2' } });
    // A minute that ends meanwhile would begin the count again.
    bot.advance(MINUTE - (bot.now() % MINUTE));
    for (let n = 0; n < 2; n += 1) expect((await dev.post('/api/generate', { prompt: 'Hello' })).status).toBe(200);
    const told = await dev.post('/v1/chat/completions', { model: 'any', messages: [{ role: 'user', content: 'Hi' }] });
    expect(told).toMatchObject({
      status: 429,
      body: { error: { code: 'too_many_a_minute', type: 'rate_limit_error' } },
    });
    const seconds = Number(told.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    bot.advance(seconds * 1_000);
    expect((await dev.post('/api/generate', { prompt: 'Hello' })).status).toBe(200);
  });

  it('refuse a wallet that never bought anything before its prompt is counted', async () => {
    bot = await startBot();
    const dev = developerWith(await keyOf(personOn('discord', bot, 'ann')), bot);
    // Far beyond what the model takes, which only a count can tell.
    const told = await dev.post('/api/generate', { prompt: 'é7%'.repeat(200_000) });
    expect([told.status, told.body.error.code]).toEqual([402, 'insufficient_tokens']);
    expect(await bot.metric('asks_refused_total{source="api",reason="no_tokens"}')).toBe(1);
  });

  it('hold for what runs at once', async () => {
    const dev = await begin({ env: { MAX_ASKS_PER_ACCOUNT: '1' } });
    const running = dev.post('/api/generate', { prompt: 'Hello [[delay:20]] [[length:60]]' });
    await soon(() => asked() === 1);
    expect(await dev.post('/api/generate', { prompt: 'Hello' })).toMatchObject({
      status: 429,
      body: { error: { code: 'too_many_running' } },
    });
    expect((await running).status).toBe(200);
  });

  it('are those of the wallet: an answer is as long as it pays for, and then there is none', async () => {
    bot = await startBot({ env: { MODEL_TABLE: modelTable({ maxOutputTokens: 2_000, tokensEach: 10_000 }) } });
    const ann = personOn('discord', bot, 'ann');
    await buy(bot, ann, 'topup');
    const dev = developerWith(await keyOf(ann), bot);
    const ask = {
      model: 'any',
      messages: [{ role: 'user' as const, content: 'Long [[length:1500]]' }],
      max_tokens: 800,
    };
    const { choices, usage } = await dev.openai.chat.completions.create(ask);
    expect(choices[0]?.finish_reason).toBe('length');
    expect(usage?.completion_tokens).toBe(499);
    const poor = await dev.post('/api/generate', { prompt: 'More' });
    expect([poor.status, poor.body.error.message]).toEqual([402, expect.stringContaining('Top up to go on')]);
    const [receipt] = bot.kept.receipts();
    expect(receipt?.charged).toBeLessThanOrEqual(5_000_000);
  });

  it('close the API to programs, asking and buying, and not their figures', async () => {
    const dev = await begin({ env: { BLOCK_SPACES: 'api' } });
    expect(await dev.post('/api/generate', { prompt: 'Hello' })).toMatchObject({
      status: 403,
      body: { error: { code: 'closed' } },
    });
    expect((await dev.post('/checkout/topup', {})).status).toBe(403);
    expect((await dev.get('/credits/me')).status).toBe(200);
  });
});
