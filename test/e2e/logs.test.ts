import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPinoLog } from '../../src/ports/log/pino-log.ts';
import { signedHeaders } from '../../src/sandbox/dodo/webhook-signing.ts';
import type { SimulatedWorldOptions } from '../../src/sandbox/simulated-world.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { developerWith, keyOf } from '../helpers/developer.ts';
import { ask, buy, checkoutOf, linkIn, type Person, payAt, personOn, reads } from '../helpers/people.ts';

/** What no line may have: words of members, of the model, of the operator's prompt, of buyers, of strangers' requests. */
const MARKS = {
  prompt: 'prompt-mark-of-a-member',
  answer: 'answer-mark-of-the-model',
  system: 'system-mark-of-the-operator',
  email: 'email-mark@example.com',
  body: 'body-mark-of-a-stranger',
  header: 'header-mark-of-a-stranger',
  query: 'query-mark-of-a-link',
};

const TRANSPORTS: SimulatedWorldOptions['transports'][] = [
  { discord: 'http', slack: 'http' },
  { discord: 'gateway', slack: 'socket' },
];

describe.each(TRANSPORTS)('the log of a whole bot at debug level, over %j', (transports) => {
  let bot: Bot;
  let people: Person[];
  let output = '';
  const lines = () =>
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const linesOf = (msg: string) => lines().filter((line) => line.msg === msg);

  beforeAll(async () => {
    const to = {
      write(chunk: string) {
        output += chunk;
      },
    };
    // Without the secrets' values: what would be a leak shows where it is made.
    const log = createPinoLog({ level: 'debug', to });
    bot = await startBot({
      world: transports === undefined ? {} : { transports },
      env: { SYSTEM_PROMPT: MARKS.system, MEMBER_ASKS_PER_MINUTE: '0' },
      overrides: { log, modelTimeoutMs: 300, billingTimeoutMs: 300 },
    });
    people = [personOn('discord', bot, 'one'), personOn('slack', bot, 'two')];
  });

  afterAll(() => bot.close());

  const question = (directives = '') => `${MARKS.prompt} [[repeat:${MARKS.answer}]] ${directives}`;

  async function webhook(body: string, headers: Record<string, string> = {}): Promise<void> {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    await fetch(`${bot.app.url}/webhooks/dodo`, init);
  }

  const signed = (body: string) =>
    signedHeaders({ id: `msg_${randomUUID()}`, body }, [bot.world.env.DODO_PAYMENTS_WEBHOOK_KEY ?? ''], Date.now());

  const failures = () => linesOf('a turn failed').length;

  async function fails(begin: () => unknown): Promise<void> {
    const before = failures();
    begin();
    await vi.waitFor(
      () => {
        // What is tried again for a while is not waited for.
        bot.advance(5_000);
        expect(failures()).toBeGreaterThan(before);
      },
      { timeout: 10_000, interval: 100 },
    );
  }

  it('tells much, but no secret and no word of a message, whatever goes well or wrong', async () => {
    const { dodo, openai, discord, slack } = bot.world;
    const links: string[] = [];
    for (const [index, person] of people.entries()) {
      await buy(bot, person, 'starter', `${index}${MARKS.email}`);
      links.push(linkIn(await reads(person.does('billing'))));
      await reads(person.does('link'));
      await ask(person, question());
      for (const fault of ['[[fail:400]]', '[[fail:401]]', '[[cut:3]]', '[[hang]]']) await ask(person, question(fault));
      openai.faults.outage('close');
      await ask(person, question());
      openai.faults.outage(null);

      for (const outage of [{ status: 401 }, { status: 422 }, 'hang'] as const) {
        dodo.switches.outage = outage;
        await reads(person.does('topup', '1'));
        dodo.switches.outage = null;
      }
      const checkout = await checkoutOf(person, 'topup');
      links.push(checkout);
      await payAt(checkout, `${index}${MARKS.email}`, 'decline');
      await bot.settle();
      person.closeDms();
    }
    await bot.meterTick();
    for (const id of dodo.store.subscriptions.keys()) dodo.renew(id);
    await bot.settle();

    discord.faults.outage({ status: 403, code: 50_013 });
    await fails(() => people[0]?.does('ask', question()));
    discord.faults.outage(null);
    slack.faults.next({ method: 'response_url', status: 404, times: 100 });
    slack.faults.next({ error: 'account_inactive', times: 100 });
    await fails(() => people[1]?.does('ask', question()));
    slack.faults.clear();

    await webhook(`{"type":"${MARKS.body}"}`, { 'webhook-signature': MARKS.header, authorization: MARKS.header });
    for (const body of [`{"type":"x.y","${MARKS.body}`, `{"type":"credit.added","data":{"${MARKS.body}":[]}}`]) {
      await webhook(body, signed(body));
    }
    const added = dodo.webhooks.deliveries.find(({ type }) => type === 'credit.added')?.bodyAtEvent ?? '';
    const { data, ...envelope } = JSON.parse(added);
    const mad = JSON.stringify({ ...envelope, data: { ...data, amount: 'many', reference_name: MARKS.body } });
    await webhook(mad, signed(mad));
    await bot.settle();
    for (const path of ['/discord/interactions', '/slack/events', '/nothing']) {
      const headers = { 'x-signature-ed25519': MARKS.header, 'x-slack-signature': MARKS.header };
      await fetch(`${bot.app.url}${path}?code=${MARKS.query}`, { method: 'POST', body: `{"${MARKS.body}`, headers });
    }
    await brokenStore(async () => {
      await fails(() => people[0]?.does('ask', question()));
      await webhook(added, signed(added));
    });

    expect(lines().length).toBeGreaterThan(50);
    for (const [what, mark] of Object.entries(MARKS)) expect([what, output.includes(mark)]).toEqual([what, false]);
    const secret = /(?<!PUBLIC_)KEY$|TOKEN$|SECRET$/;
    const secrets = Object.entries(bot.world.env).filter(([name, value]) => secret.test(name) && value !== '');
    expect(secrets.length).toBeGreaterThan(5);
    for (const [name, value] of secrets) expect([name, output.includes(value)]).toEqual([name, false]);
    for (const link of links) expect(output).not.toContain(new URL(link).pathname);
  });

  async function brokenStore(during: () => Promise<void>): Promise<void> {
    const file = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '');
    try {
      file.exec('ALTER TABLE accounts RENAME TO away; ALTER TABLE work_rows RENAME TO away_too');
      await during();
    } finally {
      file.exec('ALTER TABLE away RENAME TO accounts; ALTER TABLE away_too RENAME TO work_rows');
      file.close();
    }
  }

  it('names the ask on what happens to it, and ties it to what the platform sent', async () => {
    const [person] = people;
    if (person === undefined) throw new Error('expected a member');
    await ask(person, question('[[fail:500]]'));
    const askId = bot.kept.receipts().at(-1)?.askId;
    const told = lines().filter((line) => line.askId === askId);
    expect(told.map(({ msg }) => msg)).toEqual(['an ask begins', 'the model failed', 'an ask was settled']);
    expect(told[0]).toMatchObject({ cause: expect.any(String), source: 'discord' });
    expect(told[2]).toMatchObject({ ending: 'failed', charged: 0 });
    const failed = linesOf('a turn failed').filter(({ what }) => what === '/ask');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.filter(({ askId: id }) => typeof id !== 'string')).toEqual([]);
  });
});

describe('request ids', () => {
  let bot: Bot;
  let output = '';

  beforeAll(async () => {
    const to = {
      write(chunk: string) {
        output += chunk;
      },
    };
    bot = await startBot({ overrides: { log: createPinoLog({ level: 'debug', to }) } });
  });

  afterAll(() => bot.close());

  async function send(path: string, id?: string): Promise<string> {
    const headers = id === undefined ? {} : { 'x-request-id': id };
    const response = await fetch(`${bot.app.url}${path}`, { method: 'POST', body: '{}', headers });
    await response.arrayBuffer();
    return response.headers.get('x-request-id') ?? '';
  }

  const linesWith = (requestId: string) =>
    output
      .split('\n')
      .filter((line) => line.includes(`"requestId":"${requestId}"`))
      .map((line) => JSON.parse(line));

  it('are taken from the sender, sent back, and stand on every line about the request', async () => {
    for (const path of ['/webhooks/dodo', '/discord/interactions', '/slack/events', '/nothing']) {
      expect(await send(path, `mine-${path.length}`)).toBe(`mine-${path.length}`);
    }
    await vi.waitFor(() => expect(linesWith('mine-8')).toHaveLength(1));
    const webhook = linesWith('mine-14');
    expect(webhook.map(({ msg }) => msg)).toEqual(['a webhook was not signed by Dodo', 'a request was answered']);
    expect(webhook[1]).toMatchObject({ method: 'POST', path: '/webhooks/dodo', status: 401 });
    expect(linesWith('mine-8')[0]).toMatchObject({ path: null, status: 404 });
  });

  it('are made where the sender has none, or one that could forge a line', async () => {
    const made = await send('/nothing');
    expect(made).toMatch(/^[\da-f-]{36}$/);
    expect(await send('/nothing', 'two words')).not.toBe('two words');
    expect(await send('/nothing', 'x'.repeat(65))).toMatch(/^[\da-f-]{36}$/);
  });

  it('are tied to the ask that a program makes', async () => {
    const ann = personOn('discord', bot, 'ann');
    await buy(bot, ann, 'starter');
    const developer = developerWith(await keyOf(ann), bot);
    const told = await developer.post('/api/generate', { prompt: 'Hello?' }, { 'x-request-id': 'a-program' });
    expect(told.headers.get('x-request-id')).toBe('a-program');
    await vi.waitFor(() => expect(linesWith('a-program').length).toBeGreaterThan(1));
    expect(linesWith('a-program')[0]).toMatchObject({ askId: told.body.ask_id, msg: 'a request asks' });
    expect(output).not.toContain(developer.key);
    expect(await bot.metric('asks_settled_total{source="api",outcome="answered"}')).toBe(1);
    expect(await bot.metric('tokens_charged_total{source="api",model="gpt-5.4-mini"}')).toBe(told.body.tokens_used);
  });
});
