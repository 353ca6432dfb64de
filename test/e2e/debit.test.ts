import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/sandbox/dodo/server.ts';
import type { DodoSwitches } from '../../src/sandbox/dodo/switches.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { ask, buy, type Person, type Product, personOn, reads } from '../helpers/people.ts';

const MINUTE = 60_000;

interface DebitBody {
  amount: string;
  entry_type: string;
  idempotency_key: string;
}

describe('debit: usage of accounts without a running plan is taken from the ledger by hand', () => {
  let bot: Bot;
  let exchanges: Exchange[] = [];
  afterEach(() => bot.close());

  async function begin(options: { switches?: Partial<DodoSwitches>; env?: BotOptions['env'] } = {}): Promise<void> {
    exchanges = [];
    bot = await startBot({
      env: options.env ?? {},
      world: { dodo: { switches: options.switches ?? {}, onExchange: (exchange) => exchanges.push(exchange) } },
      overrides: { billingTimeoutMs: 300 },
    });
  }

  async function memberWith(product: Product): Promise<Person> {
    const person = personOn('discord', bot, product);
    await buy(bot, person, product);
    return person;
  }

  const debits = () =>
    exchanges
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/ledger-entries'))
      .map(({ requestBody, status }) => ({ status, ...(requestBody as DebitBody) }));
  const customer = () => [...bot.world.dodo.store.customers.keys()][0] ?? '';
  const rowsAtDodo = () => bot.world.dodo.store.ledger(customer()).filter((row) => !row.is_credit);
  const balanceAtDodo = () =>
    Number(bot.world.dodo.store.balance(customer(), bot.world.env.CREDIT_ENTITLEMENT_ID ?? '')?.balance);
  const charged = () => bot.kept.receipts().map((receipt) => receipt.charged);
  const total = () => charged().reduce((sum, tokens) => sum + tokens, 0);
  const account = () => bot.kept.accounts()[0];
  const pass = async (ms: number) => {
    bot.advance(ms);
    await bot.settle();
  };

  it.each(['manual_adjustment', 'credit_deducted'] as const)(
    'takes the usage of a member with a top-up alone by one debit, whose row (%s) settles it and nothing else',
    async (debitRowType) => {
      await begin({ switches: { debitRowType } });
      const ann = await memberWith('topup');
      await ask(ann, 'One');
      await bot.settle();
      expect(debits()).toEqual([
        expect.objectContaining({ status: 201, entry_type: 'debit', amount: String(total()) }),
      ]);
      expect(bot.world.dodo.store.events.size).toBe(0);
      expect(balanceAtDodo()).toBe(5_000_000 - total());
      expect(account()?.ledger?.balance).toBe(5_000_000 - total());
      expect(account()?.debited).toMatchObject({ waiting: 0, open: null });
      expect(bot.kept.receipts()[0]?.settledBy).toBe('debit');
      expect(await bot.metric('tokens_foreign_total')).toBe(0);
      expect((await reads(ann.does('balance'))).text).toContain(
        `${(5_000_000 - total()).toLocaleString('en-US')} tokens left`,
      );
    },
  );

  it('debits at most once a minute, and then all that has gathered', async () => {
    await begin();
    const ann = await memberWith('topup');
    await ask(ann, 'One');
    await bot.settle();
    await ask(ann, 'Two');
    await ask(ann, 'Three');
    await pass(30_000);
    expect(debits().map(({ amount }) => Number(amount))).toEqual(charged().slice(0, 1));
    await pass(31_000);
    const [first = 0, second = 0, third = 0] = charged();
    expect(debits().map(({ amount }) => Number(amount))).toEqual([first, second + third]);
    await pass(10 * MINUTE);
    expect(debits()).toHaveLength(2);
    expect(balanceAtDodo()).toBe(5_000_000 - total());
  });

  it('keeps its idempotency key over retries: an answer that got lost costs nothing twice', async () => {
    await begin();
    const ann = await memberWith('topup');
    bot.world.dodo.switches.outage = 'lose_answers';
    await ask(ann, 'One');
    await bot.settle();
    bot.world.dodo.switches.outage = null;
    expect(rowsAtDodo()).toHaveLength(1);
    const [key] = bot.world.dodo.store.ledgerKeys.keys();
    // The row came by webhook and has settled the intent, or the retry hears 409: either way it is done once.
    await pass(5 * MINUTE);
    await pass(5 * MINUTE);
    expect(new Set(debits().map(({ idempotency_key }) => idempotency_key)).size).toBeLessThanOrEqual(1);
    for (const debit of debits()) expect(debit).toMatchObject({ status: 409, idempotency_key: key });
    expect(rowsAtDodo()).toHaveLength(1);
    expect(account()?.debited).toMatchObject({ waiting: 0, open: null });
    expect(balanceAtDodo()).toBe(5_000_000 - total());
  });

  it('takes 409 for "done before" when neither the answer nor the row came through', async () => {
    await begin();
    const ann = await memberWith('topup');
    bot.world.dodo.webhooks.faults.drop = true;
    bot.world.dodo.switches.outage = 'lose_answers';
    await ask(ann, 'One');
    await bot.settle();
    bot.world.dodo.switches.outage = null;
    expect(account()?.debited.open?.tokens).toBe(total());
    await pass(MINUTE);
    expect(debits()).toEqual([
      expect.objectContaining({ status: 409, idempotency_key: [...bot.world.dodo.store.ledgerKeys.keys()][0] }),
    ]);
    // The reading finds the row that no webhook brought.
    await pass(3 * MINUTE);
    expect(account()?.debited).toMatchObject({ waiting: 0, open: null });
    expect(account()?.ledger?.balance).toBe(5_000_000 - total());
    expect(rowsAtDodo()).toHaveLength(1);
  });

  it('waits while Dodo is down, lends nothing twice meanwhile, and debits afterwards', async () => {
    await begin();
    const ann = await memberWith('topup');
    bot.world.dodo.switches.outage = { status: 503 };
    await ask(ann, 'One');
    await ask(ann, 'Two');
    await bot.settle();
    expect((await reads(ann.does('balance'))).text).toContain(
      `${(5_000_000 - total()).toLocaleString('en-US')} tokens left`,
    );
    bot.world.dodo.switches.outage = null;
    await pass(MINUTE);
    await pass(2 * MINUTE);
    expect(debits().filter(({ status }) => status === 201).length).toBeLessThanOrEqual(2);
    expect(balanceAtDodo()).toBe(5_000_000 - total());
    expect(account()?.debited).toMatchObject({ waiting: 0, open: null });
  });

  it('goes over to debits once a plan has ended: never both for one ask', async () => {
    await begin();
    const ann = await memberWith('starter');
    await ask(ann, 'With a plan');
    await bot.meterTick();
    const [subscription] = bot.world.dodo.store.subscriptions.keys();
    bot.world.dodo.cancel(subscription ?? '');
    await bot.settle();
    await ask(ann, 'Without');
    await bot.meterTick();
    expect(bot.kept.receipts().map(({ settledBy }) => settledBy)).toEqual(['meter', 'debit']);
    const [metered = 0, debited = 0] = charged();
    expect([...bot.world.dodo.store.events.keys()]).toEqual([bot.kept.receipts()[0]?.askId]);
    expect(debits().map(({ amount }) => Number(amount))).toEqual([debited]);
    expect(rowsAtDodo().map((row) => Number(row.amount))).toEqual([metered, debited]);
    expect(balanceAtDodo()).toBe(10_000_000 - total());
    expect(account()?.ledger?.balance).toBe(10_000_000 - total());
  });

  it('sends all usage to the meter with SETTLE_WITHOUT_PLAN=meter', async () => {
    await begin({ env: { SETTLE_WITHOUT_PLAN: 'meter' }, switches: { meterNeedsRunningPlan: false } });
    const ann = await memberWith('topup');
    await ask(ann, 'One');
    await bot.meterTick();
    expect(debits()).toEqual([]);
    expect(bot.kept.receipts()[0]?.settledBy).toBe('meter');
    expect(bot.world.dodo.store.events.size).toBe(1);
    expect(balanceAtDodo()).toBe(5_000_000 - total());
    expect(account()?.ledger?.balance).toBe(5_000_000 - total());
  });

  it('debits what is there when the balance went meanwhile, and writes the rest off for the operator to see', async () => {
    await begin();
    const ann = await memberWith('topup');
    bot.world.dodo.switches.outage = { status: 503 };
    await ask(ann, 'One');
    await bot.settle();
    bot.world.dodo.switches.outage = null;
    const keep = Math.floor(total() / 2);
    await takeAtDodo(bot, customer(), 5_000_000 - keep);
    await pass(MINUTE);
    await pass(2 * MINUTE);
    await pass(2 * MINUTE);
    expect(balanceAtDodo()).toBe(0);
    expect(account()?.debited).toMatchObject({ waiting: 0, open: null });
    expect(await bot.metric('tokens_written_off_total')).toBe(total() - keep);
    expect(bot.kept.records('audit')).toContainEqual(
      expect.objectContaining({ what: 'debit_insufficient', tokens: total(), writtenOff: total() - keep }),
    );
  });
});

/** What an operator does in Dodo's dashboard. */
async function takeAtDodo(bot: Bot, customerId: string, tokens: number): Promise<void> {
  const { url, apiKey } = bot.world.dodo;
  const entitlement = bot.world.env.CREDIT_ENTITLEMENT_ID;
  const response = await fetch(`${url}/credit-entitlements/${entitlement}/balances/${customerId}/ledger-entries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ entry_type: 'debit', amount: String(tokens) }),
  });
  if (response.status !== 201) throw new Error(`expected the debit to be made, got ${await response.text()}`);
}
