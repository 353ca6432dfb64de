import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until as untilFound } from '../../src/sandbox/people/until.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { type Developer, developerWith, keyOf, type Told } from '../helpers/developer.ts';
import { ask, buy, type Person, personOn } from '../helpers/people.ts';

let bot: Bot;
let ann: Person;
let dev: Developer;

beforeAll(async () => {
  bot = await startBot({ env: { MEMBER_ASKS_PER_MINUTE: '0' } });
  ann = personOn('discord', bot, 'ann');
  await buy(bot, ann, 'starter');
  dev = developerWith(await keyOf(ann), bot);
});

afterAll(() => bot.close());

const until = (holds: () => boolean) =>
  untilFound(
    () => holds() || undefined,
    5_000,
    () => 'it never came true',
  );
const newestReceipt = () => bot.kept.receipts().at(-1);
const newestRequest = () => bot.world.openai.store.requests.at(-1);
const holds = () => bot.kept.accounts().flatMap((account) => account.holds);

function error(path: string, { body }: Pick<Told, 'body'>) {
  expect(Object.keys(body)).toEqual(['error']);
  const expected = path.startsWith('/v1') ? ['message', 'type', 'param', 'code'] : ['code', 'message'];
  expect(Object.keys(body.error)).toEqual(expected);
  return body.error as { code: string; message: string };
}

describe('POST /api/generate', () => {
  it('answers with the text, what it cost and what is left, and meters it as of the API', async () => {
    const { status, body } = await dev.post('/api/generate', { prompt: 'Hello there [[repeat:Good day]]' });
    expect(status).toBe(200);
    const receipt = newestReceipt();
    expect(body).toEqual({
      text: 'Good day',
      tokens_used: receipt?.charged,
      model: 'gpt-5.4-mini',
      available: 10_000_000 - (receipt?.charged ?? 0),
      ask_id: receipt?.askId,
    });
    expect(body.tokens_used).toBeGreaterThan(0);
    expect(receipt?.by.platform).toBe('api');
    await bot.meterTick();
    const event = bot.world.dodo.store.events.get(body.ask_id);
    expect(event?.event.metadata).toMatchObject({ source: 'api', tokens: body.tokens_used });
  });

  it.each([
    ['no JSON', '{"prompt":', 400, 'invalid_json'],
    ['no prompt', {}, 400, 'invalid_request'],
    ['a prompt that is none', { prompt: 7 }, 400, 'invalid_request'],
    ['an empty prompt', { prompt: '  ' }, 400, 'prompt_empty'],
    ['more than the model takes', { prompt: '1 '.repeat(450_000) }, 400, 'context_length_exceeded'],
    ['more than a megabyte', { prompt: 'x'.repeat(1_100_000) }, 413, 'body_too_large'],
  ])('refuses %s and charges nothing', async (_what, body, status, code) => {
    const before = bot.kept.receipts().length;
    const told = await dev.post('/api/generate', body);
    expect([told.status, error('/api/generate', told).code]).toEqual([status, code]);
    expect(bot.kept.receipts()).toHaveLength(before);
  });

  it.each(['[[fail:500]]', '[[fail:400]]', '[[empty]]', '[[cut:0]]'])(
    'says 502 and charges nothing for %s',
    async (fault) => {
      const told = await dev.post('/api/generate', { prompt: `Why? ${fault}` });
      expect([told.status, error('/api/generate', told).code]).toEqual([502, 'model_failed']);
      expect(error('/api/generate', told).message).not.toMatch(/simulat|at .*\.ts/);
      expect(newestReceipt()).toMatchObject({ charged: 0, ending: 'failed' });
    },
  );

  it('gives what was written when the model breaks off, and says that it is not whole', async () => {
    const told = await dev.post('/api/generate', { prompt: 'More [[length:200]] [[cut:10]]' });
    expect(told.status).toBe(200);
    expect(told.body.text.length).toBeGreaterThan(10);
    expect(told.headers.get('x-finish-reason')).toBe('length');
    expect(newestReceipt()).toMatchObject({ ending: 'cut', charged: told.body.tokens_used });
  });

  it('stops the model when the caller hangs up, and charges what was streamed', async () => {
    const controller = new AbortController();
    const asked = bot.world.openai.store.requests.length;
    const request = fetch(`${bot.app.url}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ prompt: 'On and on [[length:4000]] [[delay:10]]' }),
      headers: { authorization: `Bearer ${dev.key}` },
      signal: controller.signal,
    });
    await until(() => (bot.world.openai.store.requests[asked]?.outcome.completionTokens ?? 0) > 20);
    controller.abort();
    await expect(request).rejects.toThrow('abort');
    await until(() => holds().length === 0);
    expect(newestRequest()?.outcome).toMatchObject({ state: 'aborted' });
    const receipt = newestReceipt();
    expect(receipt).toMatchObject({ ending: 'stopped', countedBy: 'us' });
    expect(receipt?.charged).toBe((receipt?.usage.inputTokens ?? 0) + (receipt?.usage.outputTokens ?? 0));
    expect(receipt?.usage.outputTokens).toBeGreaterThan(10);
    expect(receipt?.usage.outputTokens).toBeLessThan(4_000);
  });
});

describe('who may do what', () => {
  it.each([
    ['no key', {}],
    ['another scheme', { authorization: 'Basic abc' }],
    ['a key that was never made', { authorization: `Bearer tb_${'A'.repeat(43)}` }],
    ['what is no key', { authorization: 'Bearer sk-123' }],
  ])('is nobody with %s', async (_what, headers: Record<string, string>) => {
    for (const path of ['/api/generate', '/v1/chat/completions', '/checkout/topup']) {
      const response = await fetch(`${bot.app.url}${path}`, { method: 'POST', body: '{', headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(error(path, { body: await response.json() }).code).toBe('invalid_api_key');
    }
    for (const path of ['/credits/me', '/v1/models', '/v1/models/gpt-5.4-mini']) {
      expect((await fetch(`${bot.app.url}${path}`, { headers })).status).toBe(401);
    }
  });

  it('reads the figures of its own customer, by id or as me, and of nobody else', async () => {
    const ben = personOn('slack', bot, 'ben');
    await buy(bot, ben, 'topup');
    const bens = developerWith(await keyOf(ben), bot);
    await bot.meterTick();
    const mine = await dev.get('/credits/me');
    const { customerId } = await bot.app.statement({ platform: 'discord', workspace: '', user: ann.id });
    expect(await dev.get(`/credits/${customerId}`)).toMatchObject({ status: 200, body: mine.body });
    expect(Object.keys(mine.body)).toEqual([
      'balance',
      'overage',
      'available',
      'held',
      'unsettled',
      'last_transaction_at',
    ]);
    for (const figure of Object.values(mine.body)) expect(Number.isSafeInteger(figure)).toBe(true);
    expect(mine.body).toMatchObject({ held: 0, unsettled: 0, available: mine.body.balance });
    expect((await bens.get('/credits/me')).body.balance).toBe(5_000_000);
    for (const path of [`/credits/${customerId}`, '/credits/cus_nobody']) {
      const told = await bens.get(path);
      expect([told.status, error('/credits', told).code]).toEqual([403, 'not_your_customer']);
    }
  });

  it('spends the wallet that the chat spends, and shows its receipts to nobody in chat', async () => {
    const before = (await dev.get('/credits/me')).body.available;
    const { last } = await ask(ann, 'Hello from chat');
    const inChat = newestReceipt()?.charged ?? 0;
    const used = (await dev.post('/api/generate', { prompt: 'Hello from a program' })).body.tokens_used;
    expect(last.isPrivate).toBe(false);
    expect((await dev.get('/credits/me')).body.available).toBe(before - inChat - used);
  });

  it('is nobody from the moment on in which its key is revoked', async () => {
    const key = await keyOf(ann, 'new');
    const short = developerWith(key, bot);
    expect((await short.get('/credits/me')).status).toBe(200);
    const listed = bot.kept.accounts().find(({ owner }) => owner.user === ann.id)?.apiKeys ?? [];
    expect(listed.at(-1)?.lastUsedAt).not.toBeNull();
    await ann.does('apikey', `revoke ${listed.at(-1)?.id}`).waitFor((said) => said.length > 0);
    expect((await short.get('/credits/me')).status).toBe(401);
    expect((await dev.get('/credits/me')).status).toBe(200);
  });
});

describe('POST /checkout/topup', () => {
  it('leads to a page that pays into the wallet of the key', async () => {
    const before = (await dev.get('/credits/me')).body.balance;
    const { status, body } = await dev.post('/checkout/topup', { packs: 2 });
    expect([status, Object.keys(body)]).toEqual([200, ['checkout_url']]);
    const page = await fetch(body.checkout_url, {
      method: 'POST',
      body: new URLSearchParams({ email: 'ann@example.com', name: 'Ann', action: 'pay' }),
      redirect: 'manual',
    });
    expect(page.status).toBe(303);
    await bot.settle();
    expect((await dev.get('/credits/me')).body.balance).toBe(before + 10_000_000);
    expect(ann.dms().at(-1)?.text).toContain('tokens were added');
  });

  it('takes no body as one pack, and refuses what is no number of packs', async () => {
    const response = await fetch(`${bot.app.url}/checkout/topup`, {
      method: 'POST',
      headers: { authorization: `Bearer ${dev.key}` },
    });
    expect(response.status).toBe(200);
    const told = await dev.post('/checkout/topup', { packs: 0 });
    expect([told.status, error('/checkout', told).code]).toEqual([400, 'invalid_request']);
  });

  it('says that Dodo cannot be reached', async () => {
    bot.world.dodo.switches.outage = { status: 503 };
    const told = await dev.post('/checkout/topup', {});
    bot.world.dodo.switches.outage = null;
    expect([told.status, error('/checkout', told).code]).toEqual([503, 'billing_unavailable']);
  });
});

describe('OpenAI’s own client, with another address and key', () => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: 'You are terse.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hello ' },
        { type: 'text', text: 'there' },
      ],
    },
    { role: 'assistant', content: 'Hello.' },
    { role: 'user', content: 'And now? [[repeat:Now this]]' },
  ];

  it('is answered, with the usage that was charged', async () => {
    const answer = await dev.openai.chat.completions.create({ model: 'gpt-4o', messages, temperature: 0.2, n: 1 });
    expect(answer).toMatchObject({ object: 'chat.completion', model: 'gpt-5.4-mini' });
    expect(answer.choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: 'Now this', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ]);
    expect(answer.usage?.total_tokens).toBe(newestReceipt()?.charged);
    expect(answer.id).toBe(`chatcmpl-${newestReceipt()?.askId}`);
    expect(newestRequest()?.body).toHaveProperty('messages', [
      { role: 'system', content: 'You are terse.' },
      { role: 'user', content: 'Hello there' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'And now? [[repeat:Now this]]' },
    ]);
  });

  it('is streamed to, with usage in the last chunk when it asks for that', async () => {
    const stream = await dev.openai.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Tell me [[length:60]]' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe(newestRequest()?.outcome.text);
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: newestReceipt()?.charged } });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  it('gets no usage that it has not asked for', async () => {
    const stream = dev.openai.chat.completions.stream({ model: 'any', messages: [{ role: 'user', content: 'Hi' }] });
    const seen: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) seen.push(chunk);
    expect(seen.some((chunk) => 'usage' in chunk)).toBe(false);
    expect((await stream.finalChatCompletion()).choices[0]?.message.content).toBe(newestRequest()?.outcome.text);
  });

  it.each(['max_tokens', 'max_completion_tokens'] as const)('ends at %s with finish_reason length', async (name) => {
    const answer = await dev.openai.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Long [[length:500]]' }],
      [name]: 40,
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(40);
    expect(newestRequest()?.body).toHaveProperty('max_completion_tokens', 40);
    expect(newestReceipt()).toMatchObject({ ending: 'length' });
  });

  it.each<[string, object]>([
    ['tools', { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] }],
    ['n', { n: 2 }],
    ['response_format', { response_format: { type: 'json_object' } }],
    ['stop', { stop: ['.'] }],
    ['logprobs', { logprobs: true }],
    ['messages', { messages: [] }],
    ['messages.0.role', { messages: [{ role: 'tool', content: 'x', tool_call_id: '1' }] }],
    ['messages.0.content', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }],
    ['max_tokens', { max_tokens: 0 }],
  ])('is told with 400 that %s cannot be', async (param, wish) => {
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], ...wish };
    const refused = await dev.openai.chat.completions
      .create(body as OpenAI.ChatCompletionCreateParamsNonStreaming)
      .catch((caught: unknown) => caught);
    expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
    expect(refused).toMatchObject({ status: 400, type: 'invalid_request_error', param });
  });

  it('is told with 401 that its key opens nothing', async () => {
    const stranger = new OpenAI({ baseURL: `${bot.app.url}/v1`, apiKey: 'sk-other', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it('is told with 402 that there are no tokens', async () => {
    const poor = developerWith(await keyOf(personOn('discord', bot, 'poor')), bot);
    const asking = poor.openai.chat.completions.create({ model: 'any', messages: [{ role: 'user', content: 'Hi' }] });
    await expect(asking).rejects.toMatchObject({
      status: 402,
      type: 'insufficient_quota',
      code: 'insufficient_tokens',
    });
    expect(bot.kept.receipts().some(({ by }) => by.user === 'poor')).toBe(false);
  });

  it('is told with 502 that the model failed, streaming or not', async () => {
    const body = { model: 'any', messages: [{ role: 'user' as const, content: 'Hi [[fail:500]]' }] };
    await expect(dev.openai.chat.completions.create(body)).rejects.toMatchObject({ status: 502, code: 'model_failed' });
    await expect(dev.openai.chat.completions.create({ ...body, stream: true })).rejects.toMatchObject({ status: 502 });
  });

  it('is told within the stream when the answer breaks off, and pays for what it got', async () => {
    const stream = await dev.openai.chat.completions.create({
      model: 'any',
      messages: [{ role: 'user', content: 'Hi [[length:200]] [[cut:10]]' }],
      stream: true,
    });
    let text = '';
    const read = async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    };
    await expect(read()).rejects.toMatchObject({ code: 'cut' });
    expect(text.length).toBeGreaterThan(20);
    expect(newestReceipt()).toMatchObject({ ending: 'cut' });
    expect(newestReceipt()?.charged).toBeGreaterThan(10);
  });

  it('stops the model when it aborts a stream, and pays for what was streamed', async () => {
    const stream = await dev.openai.chat.completions.create({
      model: 'any',
      messages: [{ role: 'user', content: 'Hi [[length:4000]] [[delay:10]]' }],
      stream: true,
    });
    let chunks = 0;
    for await (const _chunk of stream) {
      chunks += 1;
      if (chunks === 5) break;
    }
    await until(() => holds().length === 0);
    expect(newestRequest()?.outcome.state).toBe('aborted');
    expect(newestReceipt()).toMatchObject({ ending: 'stopped' });
    expect(newestReceipt()?.usage.outputTokens).toBeGreaterThan(5);
    expect(newestReceipt()?.usage.outputTokens).toBeLessThan(2_000);
  });

  it('lists the one model that answers', async () => {
    const models = [];
    for await (const model of dev.openai.models.list()) models.push(model.id);
    expect(models).toEqual(['gpt-5.4-mini']);
    expect(await dev.openai.models.retrieve('gpt-5.4-mini')).toMatchObject({ object: 'model' });
    await expect(dev.openai.models.retrieve('gpt-4o')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('reads errors of paths that are not there', async () => {
    await expect(dev.openai.embeddings.create({ model: 'x', input: 'y' })).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });
});
