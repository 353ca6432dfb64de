import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { type Developer, developerWith, keyOf } from '../helpers/developer.ts';
import { buy, personOn } from '../helpers/people.ts';

interface Operation {
  operationId: string;
  parameters: { name: string; in: string }[];
  responses: Record<string, { content: Record<string, { schema: object }> }>;
  requestBody?: { content: Record<string, { schema: object }> };
  security?: object[];
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let bot: Bot;
let dev: Developer;
let document: Document;
let ajv: Ajv2020;

beforeAll(async () => {
  bot = await startBot();
  const ann = personOn('discord', bot, 'ann');
  await buy(bot, ann, 'starter');
  dev = developerWith(await keyOf(ann), bot);
  document = (await (await fetch(`${bot.app.url}/openapi.json`)).json()) as Document;
  ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(document, 'doc');
});

afterAll(() => bot.close());

/** What belongs to the platforms, to Dodo, to browsers and to operators, and is no API for programs. */
const NOT_FOR_PROGRAMS = /^\w+ \/(discord|slack|webhooks|paid|account|claim|healthz|readyz|metrics)(\/|\{\/|$)/;

function operation(method: string, path: string): Operation {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`expected ${method} ${path} in the document`);
  return found;
}

function fits(schema: object, value: unknown): string[] {
  const reference = '$ref' in schema ? { $ref: `doc${schema.$ref}` } : schema;
  const validate = ajv.compile(reference);
  return validate(value) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`);
}

describe('the OpenAPI document', () => {
  it('is one of OpenAPI 3.1', async () => {
    const told = await new Validator().validate({ ...structuredClone(document) });
    expect(told.errors ?? []).toEqual([]);
    expect(told.valid).toBe(true);
  });

  it('has every route that is mounted for programs, and no other', () => {
    const facts = bot.logged.find(({ text }) => text === 'routes are mounted')?.facts as { routes: string[] };
    expect(facts.routes).toContain('GET /healthz');
    const mounted = facts.routes
      .filter((route) => !NOT_FOR_PROGRAMS.test(route))
      .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(mounted.sort()).toEqual(documented.sort());
  });

  it('names each parameter of a path, and what is open to all', () => {
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((one) => ({ path, ...one })),
    );
    for (const { path, parameters } of all) {
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(inPath);
    }
    const open = all.filter(({ security }) => security?.length === 0).map(({ path }) => path);
    expect(open.sort()).toEqual(['/checkout/subscribe', '/openapi.json']);
  });
});

const CHAT = { model: 'any', messages: [{ role: 'user', content: 'Hello' }] };

describe('real answers fit the document', () => {
  it.each<[string, string, object | null, string, number]>([
    ['get', '/openapi.json', null, '/openapi.json', 200],
    ['get', '/credits/{customerId}', null, '/credits/me', 200],
    ['get', '/credits/{customerId}', null, '/credits/cus_other', 403],
    ['get', '/v1/models', null, '/v1/models', 200],
    ['get', '/v1/models/{id}', null, '/v1/models/gpt-5.4-mini', 200],
    ['get', '/v1/models/{id}', null, '/v1/models/other', 404],
    ['post', '/api/generate', { prompt: 'Hello' }, '/api/generate', 200],
    ['post', '/api/generate', { prompt: '' }, '/api/generate', 400],
    ['post', '/api/generate', { prompt: '[[fail:500]]' }, '/api/generate', 502],
    ['post', '/v1/chat/completions', CHAT, '/v1/chat/completions', 200],
    ['post', '/v1/chat/completions', { ...CHAT, n: 2 }, '/v1/chat/completions', 400],
    ['post', '/v1/chat/completions', { ...CHAT, messages: [] }, '/v1/chat/completions', 400],
    ['post', '/checkout/topup', {}, '/checkout/topup', 200],
    ['post', '/checkout/topup', { packs: 'two' }, '/checkout/topup', 400],
    ['post', '/checkout/subscribe', { plan: 'pro', email: 'dev@example.com', name: 'Dev' }, '/checkout/subscribe', 200],
    ['post', '/checkout/subscribe', { plan: 'gold', email: 'd@example.com', name: 'D' }, '/checkout/subscribe', 400],
  ])('%s %s with %j', async (method, path, body, url, status) => {
    const told = method === 'get' ? await dev.get(url) : await dev.post(url, body);
    expect(told.status).toBe(status);
    const { responses, requestBody } = operation(method, path);
    const schema = responses[status]?.content['application/json']?.schema;
    if (schema === undefined) throw new Error(`expected ${status} of ${method} ${path} in the document`);
    expect(fits(schema, told.body)).toEqual([]);
    const asked = requestBody?.content['application/json']?.schema;
    if (asked !== undefined && status === 200) expect(fits(asked, body)).toEqual([]);
    expect(fits(schema, { made: 'up' })).not.toEqual([]);
  });

  it('has the answer to a stranger for each route that needs a key', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { security, responses }] of Object.entries(methods)) {
        const isOpen = security?.length === 0;
        expect(responses[401] === undefined).toBe(isOpen);
        if (isOpen) continue;
        const response = await fetch(`${bot.app.url}${path.replaceAll(/\{\w+\}/g, 'x')}`, { method });
        expect(response.status).toBe(401);
        const schema = responses[401]?.content['application/json']?.schema ?? {};
        expect(fits(schema, await response.json())).toEqual([]);
      }
    }
  });

  it('has every chunk of a stream', async () => {
    const body = { ...CHAT, stream: true, stream_options: { include_usage: true } };
    const response = await fetch(`${bot.app.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${dev.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = (await response.text()).trim().split('\n\n');
    expect(events.pop()).toBe('data: [DONE]');
    expect(events.length).toBeGreaterThan(3);
    for (const event of events) {
      expect(fits({ $ref: '#/components/schemas/ChatCompletionChunk' }, JSON.parse(event.slice(6)))).toEqual([]);
    }
  });
});
