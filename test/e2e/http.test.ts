import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signedHeaders } from '../../src/sandbox/dodo/webhook-signing.ts';
import { signatureHeaders } from '../../src/sandbox/slack/signing.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, type Person, personOn } from '../helpers/people.ts';

let bot: Bot;
let buyer: Person;

beforeAll(async () => {
  bot = await startBot();
  buyer = personOn('discord', bot, 'buyer');
  await buy(bot, buyer, 'starter');
  await vi.waitFor(() => expect(businessOfStore()).toBe(bot.world.dodo.businessId), 15_000);
});

afterAll(() => bot.close());

/** What webhooks can change of the accounts; usage goes its own way meanwhile. */
const wallets = () =>
  bot.kept.accounts().map((account) => {
    const { customerId, ledger, grants, subscriptions, checkouts, lowBalance, undelivered } = account;
    return { customerId, ledger, grants, subscriptions, checkouts, lowBalance, undelivered };
  });

/** The bot asks Dodo for it after its start. */
function businessOfStore(): unknown {
  const file = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '', { readOnly: true });
  try {
    return file.prepare("SELECT value FROM facts WHERE name = 'dodo_business_id'").get()?.value;
  } finally {
    file.close();
  }
}

interface Answer {
  status: number;
  type: string;
  text: string;
}

async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${bot.app.url}${path}`, { method: 'POST', ...init });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}

/** An error as every route tells it: our shape, no stack, no path of ours. */
function expectError(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.type).toMatch(/^application\/json/);
  const { error, ...rest } = JSON.parse(answer.text);
  expect(rest).toEqual({});
  expect(Object.keys(error).sort()).toEqual(['code', 'message']);
  expect(answer.text).not.toMatch(/\bat \S+:\d+|node_modules|\/src\/|Error:/);
}

interface Signing {
  id?: string;
  secret?: string;
  at?: number;
}

function dodoHeaders(body: string, { id = `msg_${randomUUID()}`, secret, at = Date.now() }: Signing = {}) {
  const key = secret ?? bot.world.env.DODO_PAYMENTS_WEBHOOK_KEY ?? '';
  return { 'content-type': 'application/json', ...signedHeaders({ id, body }, [key], at) };
}

const webhook = (body: string, signing: Signing = {}) =>
  send('/webhooks/dodo', { body, headers: dodoHeaders(body, signing) });

const slackHeaders = (body: string, type = 'application/json') => ({
  'content-type': type,
  ...signatureHeaders(bot.world.slack.settings.signingSecret, Date.now(), body),
});

/** The body of a webhook that Dodo really sent in this test, changed. */
function changed(type: string, change: (body: { type: string; data: Record<string, unknown> }) => void): string {
  const sent = bot.world.dodo.webhooks.deliveries.find((delivery) => delivery.type === type);
  if (sent === undefined) throw new Error(`expected Dodo to have sent ${type}`);
  const body = JSON.parse(sent.bodyAtEvent);
  change(body);
  return JSON.stringify(body);
}

const ROUTES = ['/webhooks/dodo', '/discord/interactions', '/slack/events'];

describe('requests that nobody vouches for', () => {
  it('refuses webhooks of Dodo that are unsigned, signed with another key, changed, or old, and keeps nothing', async () => {
    const body = changed('credit.added', (event) => {
      event.data.id = 'cdl_forged';
    });
    const before = wallets();
    const received = await bot.metric('webhooks_received_total');
    expectError(await send('/webhooks/dodo', { body }), 401);
    expectError(await webhook(body, { secret: `whsec_${Buffer.from('another secret').toString('base64')}` }), 401);
    expectError(await send('/webhooks/dodo', { body: `${body} `, headers: dodoHeaders(body) }), 401);
    expectError(await webhook(body, { at: Date.now() - 600_000 }), 401);
    expectError(await webhook(body, { at: Date.now() + 600_000 }), 401);
    const { 'webhook-signature': _left, ...partly } = dodoHeaders(body);
    expectError(await send('/webhooks/dodo', { body, headers: partly }), 401);
    await bot.settle();
    expect(wallets()).toEqual(before);
    expect(bot.kept.rows('inbox')).toEqual([]);
    expect(bot.kept.deadLetters()).toEqual([]);
    expect(await bot.metric('webhooks_received_total')).toBe(received);
    expect(await bot.metric('webhooks_rejected_total')).toBe(6);
  });

  it('refuses interactions of Discord that are unsigned or wrongly signed, and answers a PING', async () => {
    const { probes } = bot.world.discord;
    for (const probe of ['unsigned', 'wrongKey', 'tamperedBody', 'tamperedTimestamp', 'garbage'] as const) {
      const { contentType, body, status } = await probes[probe]();
      expectError({ status, type: contentType, text: body }, 401);
    }
    const pong = await probes.ping();
    expect([pong.status, JSON.parse(pong.body)]).toEqual([200, { type: 1 }]);
  });

  it('refuses requests of Slack that are unsigned, wrongly signed or old, does nothing, and meets its challenge', async () => {
    const before = bot.world.slack.store.messages.length;
    for (const fault of ['secret', 'stale', 'missing'] as const) {
      const { status = 0, headers, body } = await bot.world.slack.sendWronglySigned(fault);
      expectError({ status, type: headers['content-type'] ?? '', text: body }, 401);
    }
    expect(bot.world.slack.store.messages.length).toBe(before);
    expect(bot.world.openai.store.requests).toEqual([]);
    expect(await bot.world.slack.verifyEventsUrl()).toBe(true);
  });
});

describe('bodies that cannot be read', () => {
  const huge = JSON.stringify({ type: 'credit.added', data: 'x'.repeat(1024 * 1024) });

  it('takes no body over 1 MB, rightly signed or not', async () => {
    for (const path of ROUTES) {
      expectError(await send(path, { body: huge, headers: { 'content-type': 'application/json' } }), 413);
    }
    expectError(await webhook(huge), 413);
    expectError(await send('/slack/events', { body: huge, headers: slackHeaders(huge) }), 413);
    const signed = await bot.world.discord.probes.signed(huge);
    expectError({ status: signed.status, type: signed.contentType, text: signed.body }, 413);
  });

  it('takes a webhook of just under 1 MB', async () => {
    const frame = JSON.stringify({
      type: 'x.y',
      business_id: bot.world.dodo.businessId,
      timestamp: '2026-01-01T00:00:00Z',
    });
    const body = frame.replace('"x.y"', `"x.${'y'.repeat(1024 * 1024 - frame.length)}"`);
    expect((await webhook(body)).status).toBe(200);
  });

  it.each(['{"type":', '', 'type=ping', '\u0000'])('answers 400 to %j on every route', async (body) => {
    expectError(await webhook(body), 400);
    expectError(await send('/slack/events', { body, headers: slackHeaders(body) }), 400);
    const signed = await bot.world.discord.probes.signed(body);
    expectError({ status: signed.status, type: signed.contentType, text: signed.body }, 400);
  });

  it.each(['null', '[]', '7', '"text"', '{}', '{"type":2}', '{"type":99,"id":"1","token":"t"}'])(
    'answers 400 to a rightly signed %s where Discord and Slack speak',
    async (body) => {
      const signed = await bot.world.discord.probes.signed(body);
      expectError({ status: signed.status, type: signed.contentType, text: signed.body }, 400);
      expectError(await send('/slack/events', { body, headers: slackHeaders(body) }), 400);
      const form = new URLSearchParams({ payload: body }).toString();
      const headers = slackHeaders(form, 'application/x-www-form-urlencoded');
      expectError(await send('/slack/events', { body: form, headers }), 400);
    },
  );
});

describe('addresses', () => {
  it('answers 404 in JSON wherever there is nothing', async () => {
    for (const path of ['/', '/nothing', '/webhooks', '/webhooks/dodo/more', '/.env', '/slack/install']) {
      expectError(await send(path, { method: 'GET' }), 404);
    }
    for (const path of ROUTES) expectError(await send(path, { method: 'GET' }), 404);
    expectError(await send('/healthz'), 404);
  });

  it('answers 400 to an address that is none', async () => {
    expectError(await send('/%E0%A4%A', { method: 'GET' }), 404);
  });

  it('says nothing of what it is made of', async () => {
    const response = await fetch(`${bot.app.url}/nothing`);
    await response.text();
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('server')).toBeNull();
  });
});

describe('health and figures', () => {
  const health = async (path: string) => {
    const { status, text } = await send(path, { method: 'GET' });
    return { status, ...JSON.parse(text) };
  };

  it('is ready while the store and the platforms answer', async () => {
    expect(await health('/healthz')).toEqual({ status: 'ok' });
    expect(await health('/readyz')).toEqual({
      status: 'ready',
      checks: { store: 'ok', durability: 'ok', discord: 'ok', slack: 'ok' },
    });
  });

  it.each(['discord', 'slack'] as const)('is not ready while %s is away, lives on, and recovers', async (platform) => {
    if (platform === 'discord') bot.world.discord.faults.outage({ status: 503 });
    else bot.world.slack.faults.outage = 'error';
    bot.advance(61_000);
    const response = await send('/readyz', { method: 'GET' });
    expect(response.status).toBe(503);
    expect(JSON.parse(response.text).checks).toMatchObject({ store: 'ok', [platform]: 'failed' });
    expect(await health('/healthz')).toEqual({ status: 'ok' });
    bot.world.discord.faults.outage(null);
    bot.world.slack.faults.outage = 'off';
    bot.advance(6_000);
    expect((await send('/readyz', { method: 'GET' })).status).toBe(200);
  });

  it('is not ready while the store cannot be written, goes on giving figures, and recovers', async () => {
    const file = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '');
    try {
      file.exec('ALTER TABLE write_checks RENAME TO gone; ALTER TABLE work_rows RENAME TO gone_too');
      const response = await send('/readyz', { method: 'GET' });
      expect(response.status).toBe(503);
      expect(JSON.parse(response.text).checks).toMatchObject({ store: 'failed' });
      expect(await health('/healthz')).toEqual({ status: 'ok' });
      const metrics = await send('/metrics', { method: 'GET' });
      expect(metrics.status).toBe(200);
      expect(metrics.text).toContain('tallybot_asks_running 0');
      expect(metrics.text).toContain('tallybot_store_up 0');
      expectError(await webhook(JSON.stringify({ type: 'x.y' })), 503);
    } finally {
      file.exec('ALTER TABLE gone RENAME TO write_checks; ALTER TABLE gone_too RENAME TO work_rows');
      file.close();
    }
    expect((await send('/readyz', { method: 'GET' })).status).toBe(200);
    expect((await send('/metrics', { method: 'GET' })).text).toContain('tallybot_store_up 1');
  });

  it('gives figures in the format of Prometheus', async () => {
    const { status, type, text } = await send('/metrics', { method: 'GET' });
    expect(status).toBe(200);
    expect(type).toMatch(/^text\/plain; version=/);
    expect(text).toMatch(/^tallybot_webhooks_received_total \d+$/m);
    expect(text).not.toContain(bot.world.env.DODO_PAYMENTS_API_KEY);
  });
});

describe('rightly signed webhooks that make no sense', () => {
  const credit = (change: (data: Record<string, unknown>) => void) =>
    changed('credit.added', ({ data }) => {
      data.id = `cdl_${randomUUID()}`;
      change(data);
    });
  const wrongs: [string, () => string][] = [
    ['null', () => 'null'],
    ['[]', () => '[]'],
    ['a number', () => '7'],
    ['an empty object', () => '{}'],
    ['no type', () => changed('credit.added', (body) => Reflect.deleteProperty(body, 'type'))],
    ['a type that is no text', () => changed('credit.added', (body) => Object.assign(body, { type: 7 }))],
    ['no data', () => changed('credit.added', (body) => Reflect.deleteProperty(body, 'data'))],
    ['data that is null', () => changed('credit.added', (body) => Object.assign(body, { data: null }))],
    ['no customer', () => credit((data) => Reflect.deleteProperty(data, 'customer_id'))],
    ['no amount', () => credit((data) => Reflect.deleteProperty(data, 'amount'))],
    ['an amount that is a word', () => credit((data) => Object.assign(data, { amount: 'many' }))],
    ['an amount that is no number', () => credit((data) => Object.assign(data, { amount: 'NaN' }))],
    ['an amount beyond all measure', () => credit((data) => Object.assign(data, { balance_after: '9'.repeat(30) }))],
    ['an amount in a list', () => credit((data) => Object.assign(data, { balance_after: [1] }))],
    ['a time that is none', () => credit((data) => Object.assign(data, { created_at: 'yesterday' }))],
    [
      'a plan without its product',
      () => changed('subscription.active', ({ data }) => Reflect.deleteProperty(data, 'product_id')),
    ],
    [
      'a plan with a mad limit',
      () => changed('subscription.active', ({ data }) => Object.assign(data, { next_billing_date: 'soon' })),
    ],
    [
      'a payment without its customer',
      () => changed('payment.succeeded', ({ data }) => Object.assign(data, { customer: null })),
    ],
    [
      'a payment of a word',
      () => changed('payment.succeeded', ({ data }) => Object.assign(data, { total_amount: 'free' })),
    ],
    ['another business', () => changed('credit.added', (body) => Object.assign(body, { business_id: 'bus_other' }))],
  ];

  it.each(wrongs)('keeps a webhook with %s as a dead letter and changes no account', async (_what, make) => {
    const before = { accounts: wallets(), dead: bot.kept.deadLetters().length };
    const id = `msg_${randomUUID()}`;
    expect((await webhook(make(), { id })).status).toBe(200);
    await bot.settle();
    const dead = bot.kept.deadLetters();
    expect(dead).toHaveLength(before.dead + 1);
    expect(dead.at(-1)).toMatchObject({
      id: `inbox:${id}`,
      topic: 'inbox',
      error: expect.stringContaining('expected'),
    });
    expect(wallets()).toEqual(before.accounts);
    const { text } = await send('/metrics', { method: 'GET' });
    expect(/^tallybot_rows_dead\{topic="inbox"\} (.*)$/m.exec(text)?.[1]).toBe(String(before.dead + 1));
  });

  it('answers 400 to a rightly signed webhook that is no JSON, and keeps it as a dead letter all the same', async () => {
    const before = bot.kept.deadLetters().length;
    const id = `msg_${randomUUID()}`;
    expectError(await webhook('{"type":', { id }), 400);
    expectError(await webhook('{"type":', { id }), 400);
    await bot.settle();
    expect(bot.kept.deadLetters()).toHaveLength(before + 1);
    expect(bot.kept.deadLetters().at(-1)).toMatchObject({ id: `inbox:${id}` });
  });

  it('goes on with the others, though bad ones come among them', async () => {
    const good = credit((data) => Object.assign(data, { id: 'cdl_gift' }));
    const answers = await Promise.all(['null', good, '[]', '{}'].map((body) => webhook(body)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await bot.settle();
    expect(bot.kept.records('ledger')).toContainEqual(expect.objectContaining({ id: 'cdl_gift' }));
    expect(bot.kept.rows('inbox')).toEqual([]);
    expect((await ask(buyer, 'Are you well?')).isRefused).toBe(false);
  });

  it('keeps webhooks of unknown types, which change nothing and are no dead letters', async () => {
    const before = {
      accounts: wallets(),
      dead: bot.kept.deadLetters().length,
      kept: bot.kept.rows('kept').length,
    };
    for (const type of ['license_key.created', 'credit.balance_low', 'something.new']) {
      expect((await webhook(changed('credit.added', (body) => Object.assign(body, { type, data: {} })))).status).toBe(
        200,
      );
    }
    await bot.settle();
    expect(wallets()).toEqual(before.accounts);
    expect(bot.kept.deadLetters()).toHaveLength(before.dead);
    expect(bot.kept.rows('kept')).toHaveLength(before.kept + 3);
  });

  it('answers 200 to a webhook that comes twice, and applies it once', async () => {
    const body = credit(() => {});
    const id = `msg_${randomUUID()}`;
    const rows = () => bot.kept.records('ledger').length;
    const before = rows();
    expect((await webhook(body, { id })).status).toBe(200);
    await bot.settle();
    const after = wallets();
    expect((await webhook(body, { id })).status).toBe(200);
    expect((await webhook(body)).status).toBe(200);
    await bot.settle();
    expect(rows()).toBe(before + 1);
    expect(wallets()).toEqual(after);
  });
});
