import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/sandbox/dodo/server.ts';
import type { DodoSwitches } from '../../src/sandbox/dodo/switches.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { ask, buy, modelTable, personOn } from '../helpers/people.ts';

const MINUTE = 60_000;

interface SentEvent {
  event_id: string;
  customer_id: string;
  event_name: string;
  timestamp: string;
  metadata: Record<string, unknown>;
}

interface Options extends Pick<BotOptions, 'env' | 'overrides'> {
  switches?: Partial<DodoSwitches>;
}

describe('metering: every answer reaches Dodo exactly once (I2)', () => {
  let bot: Bot;
  let exchanges: Exchange[] = [];
  afterEach(() => bot.close());

  async function begin({ switches = {}, ...options }: Options = {}): Promise<void> {
    exchanges = [];
    bot = await startBot({
      ...options,
      world: { dodo: { switches, onExchange: (exchange) => exchanges.push(exchange) } },
      overrides: { usageGatherMs: 10_000, billingTimeoutMs: 300, ...options.overrides },
    });
  }

  /** A subscriber on either platform. */
  async function subscriber(name: string, platform: 'discord' | 'slack' = 'discord') {
    const person = personOn(platform, bot, name);
    await buy(bot, person, 'starter');
    return person;
  }

  /** Lets usage gather for as long as it does, and be sent. */
  async function flush(afterMs = 10_001): Promise<void> {
    bot.advance(afterMs);
    await bot.settle();
  }

  const batches = () =>
    exchanges
      .filter(({ path, method }) => method === 'POST' && path === '/events/ingest')
      .map(({ requestBody, status }) => ({
        status,
        events: (requestBody as { events: SentEvent[] } | undefined)?.events ?? [],
      }));
  const lookUps = () => exchanges.filter(({ method, path }) => method === 'GET' && path.startsWith('/events/'));
  const charged = () => bot.kept.receipts().reduce((sum, receipt) => sum + receipt.charged, 0);
  const customerOf = (index: number) => [...bot.world.dodo.store.customers.keys()][index] ?? '';
  const balanceAtDodo = (index = 0) =>
    Number(bot.world.dodo.store.balance(customerOf(index), bot.world.env.CREDIT_ENTITLEMENT_ID ?? '')?.balance);
  const unsettled = () =>
    bot.kept
      .accounts()
      .map(({ metered }) => metered.waiting + metered.batches.reduce((sum, { tokens }) => sum + tokens, 0));

  it('sends one event per ask, over all accounts in one batch, in the shape of the contract', async () => {
    await begin();
    const ann = await subscriber('Ann');
    const ben = await subscriber('Ben', 'slack');
    await ask(ann, 'One [[cached:5]]');
    await ask(ann, 'Two');
    await ask(ben, 'Three');
    await flush();
    expect(batches()).toHaveLength(1);
    const [batch] = batches();
    expect(batch?.status).toBe(200);
    const receipts = bot.kept.receipts();
    expect(batch?.events).toEqual(
      receipts.map((receipt) => ({
        event_id: receipt.askId,
        customer_id: receipt.by.platform === 'discord' ? customerOf(0) : customerOf(1),
        event_name: 'api.tokens_used',
        timestamp: expect.any(String),
        metadata: {
          tokens: receipt.charged,
          model: 'gpt-5.4-mini',
          input_tokens: receipt.usage.inputTokens,
          output_tokens: receipt.usage.outputTokens,
          cached_tokens: receipt.usage.cachedTokens,
          source: receipt.by.platform,
          settled_at: new Date(receipt.settledAt).toISOString(),
        },
      })),
    );
    expect(batch?.events.map(({ metadata }) => metadata.cached_tokens)).toEqual([5, 0, 0]);
    for (const event of batch?.events ?? []) {
      expect(event.metadata.tokens).toBeTypeOf('number');
      const dodoNow = bot.world.dodo.clock.now();
      expect(Math.abs(Date.parse(event.timestamp) - dodoNow)).toBeLessThan(5_000);
    }
    await bot.world.dodo.tick();
    await bot.settle();
    expect(unsettled()).toEqual([0, 0]);
    expect(balanceAtDodo(0) + balanceAtDodo(1)).toBe(20_000_000 - charged());
    await flush(30 * MINUTE);
    expect(batches()).toHaveLength(1);
  });

  it('sends when the oldest is ten seconds old, not before', async () => {
    await begin();
    const ann = await subscriber('Ann');
    await ask(ann, 'One');
    await flush(1_000);
    expect(batches()).toHaveLength(0);
    await flush(9_001);
    expect(batches().map(({ events }) => events.length)).toEqual([1]);
  });

  it('sends as soon as a thousand wait, and a thousand at most at once', async () => {
    await begin({ overrides: { usageGatherMs: 100_000 } });
    const ann = await subscriber('Ann');
    await ask(ann, 'The first');
    const [own] = bot.kept.rows('usage');
    if (own === undefined) throw new Error('expected the usage of an ask to wait');
    plantUsage(bot, own, 998);
    await bot.settle();
    expect(batches()).toHaveLength(0);
    plantUsage(bot, own, 51, 998);
    await bot.settle();
    expect(batches().map(({ events }) => events.length)).toEqual([1_000]);
    expect(bot.kept.rows('usage')).toHaveLength(50);
    await flush(100_001);
    expect(batches().map(({ events }) => events.length)).toEqual([1_000, 50]);
    expect(bot.world.dodo.store.events.size).toBe(1_050);
  });

  it('sends the same event again when the answer got lost, and nothing is deducted twice (pain 16)', async () => {
    await begin();
    const ann = await subscriber('Ann');
    await ask(ann, 'One');
    bot.world.dodo.switches.outage = 'lose_answers';
    await flush();
    bot.world.dodo.switches.outage = null;
    expect(bot.world.dodo.store.events.size).toBe(1);
    expect(unsettled()).toEqual([charged()]);
    await flush(MINUTE);
    expect(batches().map(({ events }) => events.map(({ event_id: id }) => id))).toEqual([
      [bot.kept.receipts()[0]?.askId],
    ]);
    expect(bot.kept.rows('usage')).toEqual([]);
    await bot.world.dodo.tick();
    await bot.settle();
    expect(balanceAtDodo()).toBe(10_000_000 - charged());
    expect(unsettled()).toEqual([0]);
  });

  it('takes a deduction for an unanswered attempt, and the retry adds nothing to it', async () => {
    await begin();
    const ann = await subscriber('Ann');
    await ask(ann, 'One');
    bot.world.dodo.switches.outage = 'lose_answers';
    await flush();
    bot.world.dodo.switches.outage = null;
    await bot.world.dodo.tick();
    await bot.world.dodo.webhooks.flush();
    await flush(MINUTE);
    await bot.world.dodo.tick();
    await bot.settle();
    expect(unsettled()).toEqual([0]);
    expect(bot.kept.accounts()[0]?.ledger?.balance).toBe(10_000_000 - charged());
    expect(balanceAtDodo()).toBe(10_000_000 - charged());
    expect(await bot.metric('tokens_foreign_total')).toBe(0);
  });

  it('waits while Dodo hangs, and answers members meanwhile', async () => {
    await begin();
    const ann = await subscriber('Ann');
    await ask(ann, 'One');
    bot.world.dodo.switches.outage = 'hang';
    bot.advance(10_001);
    const [answer] = await Promise.all([ask(ann, 'Two'), bot.settle()]);
    expect(answer.isRefused).toBe(false);
    bot.world.dodo.switches.outage = null;
    await flush(MINUTE);
    expect(new Set(bot.world.dodo.store.events.keys())).toEqual(
      new Set(bot.kept.receipts().map((receipt) => receipt.askId)),
    );
  });

  it('isolates one bad event: the others go on, it becomes a dead letter that can be seen (pain 16)', async () => {
    await begin();
    const people = [
      await subscriber('Ann'),
      await subscriber('Ben'),
      await subscriber('Cleo'),
      await subscriber('Dan'),
    ];
    const poisoned = customerOf(2);
    for (const person of people) await ask(person, 'One');
    bot.world.dodo.store.customers.delete(poisoned);
    await flush();
    const bad = bot.kept.receipts()[2]?.askId ?? '';
    expect(bot.world.dodo.store.events.size).toBe(3);
    expect(bot.world.dodo.store.events.has(bad)).toBe(false);
    expect(bot.kept.deadLetters()).toEqual([
      { id: `usage:${bad}:sent`, topic: 'usage', error: expect.stringMatching(/400.*does not exist/) },
    ]);
    expect(bot.kept.rows('usage')).toEqual([]);
    expect(bot.logged.filter(({ level, text }) => level === 'error' && text.includes('dead letter'))).toHaveLength(1);
    expect(await bot.metric('dead_letters_total')).toBe(1);
    await bot.world.dodo.tick();
    await bot.settle();
    const owed = bot.kept.accounts().find((account) => account.customerId === poisoned);
    // Served is owed: what Dodo would not take stays taken off the wallet.
    expect(owed?.metered.waiting).toBe(bot.kept.receipts()[2]?.charged);
    expect(unsettled().filter((tokens) => tokens > 0)).toHaveLength(1);
  });

  it('lets all wait when every event is refused: that is no fault of theirs', async () => {
    await begin();
    const people = [await subscriber('Ann'), await subscriber('Ben'), await subscriber('Cleo')];
    for (const person of people) await ask(person, 'One');
    const customers = [...bot.world.dodo.store.customers];
    bot.world.dodo.store.customers.clear();
    await flush();
    await flush(MINUTE);
    expect(bot.kept.deadLetters()).toEqual([]);
    expect(bot.kept.rows('usage')).toHaveLength(3);
    for (const [id, customer] of customers) bot.world.dodo.store.customers.set(id, customer);
    await flush(5 * MINUTE);
    expect(bot.world.dodo.store.events.size).toBe(3);
    expect(bot.kept.rows('usage')).toEqual([]);
  });

  it.each([401, 403, 429, 500, 503])('lets all wait while Dodo answers %i', async (status) => {
    await begin();
    const ann = await subscriber('Ann');
    await ask(ann, 'One');
    await ask(ann, 'Two');
    bot.world.dodo.switches.outage = { status };
    await flush();
    expect(batches()).toHaveLength(1);
    expect(bot.kept.deadLetters()).toEqual([]);
    bot.world.dodo.switches.outage = null;
    await flush(5 * MINUTE);
    expect(bot.world.dodo.store.events.size).toBe(2);
    expect(bot.kept.rows('usage')).toEqual([]);
  });

  it('sends usage after an outage of hours, dated by Dodo, with the true time in it, having asked first', async () => {
    await begin();
    const ann = await subscriber('Ann');
    // Dodo's clock and ours differ by more than it forgives.
    bot.world.dodo.clock.advance(20 * MINUTE);
    await ask(ann, 'One');
    const [receipt] = bot.kept.receipts();
    bot.world.dodo.switches.outage = { status: 503 };
    await flush();
    await flush(3 * 60 * MINUTE);
    expect(bot.world.dodo.store.events.size).toBe(0);
    bot.world.dodo.switches.outage = null;
    exchanges.length = 0;
    await flush(10 * MINUTE);
    expect(lookUps().map(({ path, status }) => [path, status])).toEqual([[`/events/${receipt?.askId}`, 404]]);
    const event = bot.world.dodo.store.events.get(receipt?.askId ?? '')?.event;
    expect(Math.abs(Date.parse(event?.timestamp ?? '') - bot.world.dodo.clock.now())).toBeLessThan(5_000);
    expect(event?.metadata?.settled_at).toBe(new Date(receipt?.settledAt ?? 0).toISOString());
    await bot.world.dodo.tick();
    await bot.settle();
    expect(balanceAtDodo()).toBe(10_000_000 - charged());
  });

  it('does not send an hour-old attempt again when Dodo has it already', async () => {
    await begin();
    const ann = await subscriber('Ann');
    await ask(ann, 'One');
    bot.world.dodo.switches.outage = 'lose_answers';
    await flush();
    bot.world.dodo.switches.outage = { status: 503 };
    await flush(90 * MINUTE);
    bot.world.dodo.switches.outage = null;
    exchanges.length = 0;
    await flush(10 * MINUTE);
    expect(lookUps().map(({ status }) => status)).toEqual([200]);
    expect(batches()).toEqual([]);
    expect(bot.kept.rows('usage')).toEqual([]);
    await bot.world.dodo.tick();
    await bot.settle();
    expect(unsettled()).toEqual([0]);
    expect(balanceAtDodo()).toBe(10_000_000 - charged());
  });

  it.each([
    { rowsPer: 'grant', grantOrder: 'earliest_expiring' },
    { rowsPer: 'grant', grantOrder: 'oldest' },
    { rowsPer: 'tick', grantOrder: 'earliest_expiring' },
  ] as const)('settles usage of several asks that Dodo takes from two grants at once: %o', async (switches) => {
    await begin({ switches, env: { MODEL_TABLE: modelTable({ maxOutputTokens: 100, tokensEach: 100_000 }) } });
    const ann = await subscriber('Ann');
    await buy(bot, ann, 'topup');
    await ask(ann, '[[length:60]]');
    await ask(ann, '[[length:61]]');
    await flush();
    await bot.world.dodo.tick();
    await bot.settle();
    expect(charged()).toBeGreaterThan(12_000_000);
    expect(balanceAtDodo()).toBe(15_000_000 - charged());
    expect(unsettled()).toEqual([0]);
    expect(bot.kept.accounts()[0]?.ledger?.balance).toBe(balanceAtDodo());
    const held = bot.kept.accounts()[0]?.grants.reduce((sum, { remaining }) => sum + remaining, 0) ?? 0;
    // A row over several grants names none: what is left of each is known at the next reading, and no sooner too little.
    if (switches.rowsPer === 'grant') expect(held).toBe(balanceAtDodo());
    else expect(held).toBeGreaterThanOrEqual(balanceAtDodo());
    expect(await bot.metric('tokens_foreign_total')).toBe(0);
  });

  it('sends what waited over a restart, once', async () => {
    await begin();
    const ann = await subscriber('Ann');
    await ask(ann, 'One');
    await bot.restart();
    await flush(31_000);
    await bot.restart();
    await flush(31_000);
    expect(batches().map(({ events }) => events.length)).toEqual([1]);
  });
});

/** Usage like that of `model`, under ids of their own, as if so many more asks had been answered. */
function plantUsage(bot: Bot, model: { dueAt: number; body: Record<string, unknown> }, count: number, from = 0): void {
  const database = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '', { timeout: 2_000 });
  const [account] = bot.kept.accounts();
  const insert = database.prepare(
    `INSERT INTO work_rows (id, topic, account_id, due_at, created_at, body) VALUES (?, 'usage', ?, ?, ?, ?)`,
  );
  database.exec('BEGIN IMMEDIATE');
  for (let number = from; number < from + count; number += 1) {
    const eventId = `ask_planted_${number}`;
    const body = JSON.stringify({ ...model.body, eventId });
    insert.run(`usage:${eventId}`, account?.id ?? '', model.dueAt, model.dueAt, body);
  }
  database.exec('COMMIT');
  database.close();
}
