import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/sandbox/dodo/server.ts';
import type { DodoSwitches } from '../../src/sandbox/dodo/switches.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { ask, buy, modelTable, type Person, type Product, personOn, reads } from '../helpers/people.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('refunds and disputes take back what they paid for (pain 14)', () => {
  let bot: Bot;
  let ann: Person;
  let entries: { body: Record<string, unknown>; status: number }[];
  /** What happens when the grants were read, which is just before the entry is sent. */
  let afterGrants: (() => void) | null;
  afterEach(() => bot.close());

  async function begin(product: Product | null = 'topup', options: BotOptions = {}): Promise<void> {
    entries = [];
    afterGrants = null;
    const onExchange = (exchange: Exchange) => {
      if (exchange.path.endsWith('/grants')) {
        afterGrants?.();
        afterGrants = null;
      }
      if (!exchange.path.endsWith('/ledger-entries')) return;
      entries.push({ body: exchange.requestBody as Record<string, unknown>, status: exchange.status });
    };
    bot = await startBot({ ...options, world: { dodo: { onExchange }, ...options.world } });
    ann = personOn('discord', bot, 'Ann');
    if (product !== null) await buy(bot, ann, product);
  }

  function breakDodo(outage: DodoSwitches['outage']): void {
    bot.world.dodo.switches.outage = outage;
  }

  const customer = () => [...bot.world.dodo.store.customers.keys()][0] ?? '';
  const payments = () => [...bot.world.dodo.store.payments.keys()];
  const atDodo = () =>
    Number(bot.world.dodo.store.balance(customer(), bot.world.env.CREDIT_ENTITLEMENT_ID ?? '')?.balance);
  const account = () => bot.kept.accounts()[0];
  const clawback = () => account()?.clawbacks[0];
  const told = (text: string) => ann.dms().filter((dm) => dm.text.includes(text));
  const taken = () => told('taken back');
  const alerts = () => bot.kept.records('alert').filter(({ what }) => what === 'refunded_tokens_spent');
  async function refund(cents?: number, paymentId = payments()[0] ?? ''): Promise<void> {
    bot.world.dodo.refund(paymentId, cents === undefined ? {} : { amountCents: cents });
    await bot.settle();
  }
  async function dispute(outcome: 'opened' | 'won' | 'lost' | 'cancelled' | 'expired' | 'challenged'): Promise<void> {
    bot.advance(1_000);
    bot.world.dodo.dispute(payments()[0] ?? '', outcome);
    await bot.settle();
  }

  it('a refund takes the tokens of its payment, tells the member once, and leaves nothing half done', async () => {
    await begin();
    bot.world.dodo.webhooks.faults.duplicate = 4;
    await refund();
    expect(atDodo()).toBe(0);
    expect(account()?.ledger?.balance).toBe(0);
    expect(clawback()).toMatchObject({ taken: 5_000_000, told: 5_000_000, lost: 0, open: null });
    expect(taken()).toHaveLength(1);
    expect(taken()[0]?.text).toContain('5,000,000 tokens');
    expect(entries.map(({ status }) => status)).toEqual([201]);
    expect((await ask(ann, 'May I still?')).isRefused).toBe(true);
    expect(await bot.metric('tokens_taken_back_total')).toBe(5_000_000);
    expect(bot.kept.rows('clawback')).toEqual([]);
    expect(alerts()).toEqual([]);
  });

  it.each(['manual_adjustment', 'credit_deducted'] as const)(
    'is known by its row, a %s, and settles no usage',
    async (debitRowType) => {
      await begin('starter', { world: { dodo: { switches: { debitRowType } } } });
      await ask(ann, 'One');
      await bot.settle();
      const used = bot.kept.receipts()[0]?.charged ?? 0;
      expect(used).toBeGreaterThan(0);
      // Before the meter has run: what was used is not in Dodo's ledger yet, so it is not there to be taken.
      await refund();
      expect(clawback()).toMatchObject({ taken: 10_000_000 - used, lost: used, open: null });
      expect(atDodo()).toBe(used);
      await bot.meterTick();
      expect(atDodo()).toBe(0);
      expect(account()?.metered).toEqual({ waiting: 0, batches: [] });
      expect(account()?.ledger?.balance).toBe(0);
      expect(await bot.metric('tokens_foreign_total')).toBe(0);
    },
  );

  it('parts of a payment take the same part of what is left of its grant, and all of them together all of it', async () => {
    await begin('topup');
    await buy(bot, ann, 'topup');
    await refund(475);
    expect(clawback()?.taken).toBe(1_250_000);
    await refund(950);
    expect(clawback()?.taken).toBe(3_750_000);
    await refund();
    // The second pack is untouched, though Dodo may have drawn the debits from it.
    expect(clawback()).toMatchObject({ taken: 5_000_000, open: null });
    expect(atDodo()).toBe(5_000_000);
    expect(taken()).toHaveLength(3);
    expect((await reads(ann.does('balance'))).text).toContain('5,000,000 tokens left');
  });

  it('takes the grant of the cycle that was paid, not that of another one', async () => {
    await begin('starter');
    const subscription = [...bot.world.dodo.store.subscriptions.keys()][0] ?? '';
    bot.advance(29 * DAY);
    await bot.meterTick();
    bot.world.dodo.renew(subscription);
    await bot.settle();
    bot.advance(2 * DAY);
    await bot.meterTick();
    expect(atDodo()).toBe(10_000_000);
    await refund();
    expect(clawback()).toMatchObject({ taken: 0, lost: 10_000_000 });
    expect(atDodo()).toBe(10_000_000);
    await refund(undefined, payments()[1]);
    expect(atDodo()).toBe(0);
  });

  it('shows the operator what was spent before it could be taken', async () => {
    const env = { MODEL_TABLE: modelTable({ maxOutputTokens: 100, tokensEach: 20_000 }) };
    await begin('topup', { env });
    await ask(ann, 'Spend some of it');
    bot.advance(MINUTE);
    await bot.meterTick();
    const used = bot.kept.receipts()[0]?.charged ?? 0;
    expect(used).toBeGreaterThan(0);
    await refund();
    expect(clawback()).toMatchObject({ taken: 5_000_000 - used, lost: used });
    expect(alerts()).toMatchObject([{ lost: used, paymentId: payments()[0] }]);
    expect(await bot.metric('tokens_lost_to_refunds_total')).toBe(used);
    expect(atDodo()).toBe(0);
  });

  it('is held back at once, also while Dodo cannot be asked to take it', async () => {
    await begin();
    afterGrants = () => breakDodo({ status: 503 });
    await refund();
    expect(clawback()?.open).toMatchObject({ tokens: 5_000_000, sentAt: null });
    expect(atDodo()).toBe(5_000_000);
    expect((await reads(ann.does('balance'))).text).toContain('0 tokens left');
    expect((await ask(ann, 'May I?')).isRefused).toBe(true);
    bot.world.dodo.switches.outage = null;
    bot.advance(11 * MINUTE);
    await bot.settle();
    expect(atDodo()).toBe(0);
    expect(clawback()).toMatchObject({ taken: 5_000_000, open: null });
  });

  it('takes it once though the answer is lost: the same key again, which Dodo knows', async () => {
    await begin();
    afterGrants = () => breakDodo('lose_answers');
    await refund();
    expect(atDodo()).toBe(0);
    expect(clawback()).toMatchObject({ taken: 0, open: { tokens: 5_000_000 } });
    await bot.restart();
    bot.world.dodo.switches.outage = null;
    bot.advance(11 * MINUTE);
    await bot.settle();
    expect(atDodo()).toBe(0);
    expect(entries.at(-1)?.status).toBe(409);
    expect(new Set(entries.map(({ body }) => body.idempotency_key)).size).toBe(1);
    expect(clawback()).toMatchObject({ taken: 5_000_000, open: null });
    expect(taken()).toHaveLength(1);
  });

  it('makes the debit smaller when Dodo has less than was thought', async () => {
    await begin('starter');
    const { url, apiKey } = bot.world.dodo;
    const event = { event_id: 'elsewhere', customer_id: customer(), event_name: 'api.tokens_used' };
    const used = await fetch(`${url}/events/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events: [{ ...event, metadata: { tokens: 1_000_000 } }] }),
    });
    expect(used.status).toBe(200);
    afterGrants = () => void bot.world.dodo.tick();
    await refund();
    expect(entries.map(({ status }) => status)).toEqual([400, 201]);
    expect(new Set(entries.map(({ body }) => body.idempotency_key)).size).toBe(2);
    expect(atDodo()).toBe(0);
    expect(clawback()).toMatchObject({ taken: 9_000_000, lost: 1_000_000, open: null });
    expect(taken()).toHaveLength(1);
    expect(taken()[0]?.text).toContain('9,000,000');
  });

  it.each([true, false])(
    'a dispute takes when it is opened and gives back exactly that when it is won, once (customer named: %s)',
    async (disputesNameCustomer) => {
      await begin('topup', { world: { dodo: { switches: { disputesNameCustomer } } } });
      bot.world.dodo.webhooks.faults.duplicate = 2;
      await dispute('opened');
      expect(atDodo()).toBe(0);
      await dispute('challenged');
      expect(atDodo()).toBe(0);
      await dispute('won');
      expect(atDodo()).toBe(5_000_000);
      expect(account()?.ledger?.balance).toBe(5_000_000);
      expect(clawback()).toMatchObject({ taken: 0, told: 0, open: null });
      expect(taken()).toHaveLength(1);
      expect(told('are back')).toHaveLength(1);
      expect(told('were added')).toHaveLength(1);
      expect((await ask(ann, 'Again?')).isRefused).toBe(false);
      const grant = bot.world.dodo.store.wallet(customer(), bot.world.env.CREDIT_ENTITLEMENT_ID ?? '')?.grants.at(-1);
      const lasts = (grant?.expiresAt ?? 0) - bot.world.dodo.clock.now();
      expect(Math.round(lasts / DAY)).toBe(365);
    },
  );

  it.each(['lost', 'expired'] as const)('a dispute that is %s keeps what was taken', async (outcome) => {
    await begin();
    await dispute('opened');
    await dispute(outcome);
    expect(atDodo()).toBe(0);
    expect(entries).toHaveLength(1);
    expect(taken()).toHaveLength(1);
  });

  it('a dispute that was withdrawn because of a refund gives nothing back', async () => {
    await begin();
    await dispute('opened');
    await refund();
    await dispute('cancelled');
    expect(atDodo()).toBe(0);
    expect(clawback()).toMatchObject({ taken: 5_000_000, open: null });
    expect(entries).toHaveLength(1);
  });

  it('a part refunded and the whole disputed: the end of the dispute gives back all but the part', async () => {
    await begin();
    await refund(475);
    await dispute('opened');
    expect(atDodo()).toBe(0);
    await dispute('won');
    expect(atDodo()).toBe(3_750_000);
    expect(clawback()).toMatchObject({ taken: 1_250_000, told: 1_250_000, open: null });
  });

  it('a dispute whose end is heard of before its beginning takes nothing', async () => {
    await begin();
    const { faults } = bot.world.dodo.webhooks;
    Object.assign(faults, { delayMs: HOUR, only: (type: string) => type === 'dispute.opened', latestStateBody: false });
    await dispute('opened');
    await dispute('won');
    bot.advance(2 * HOUR);
    await bot.settle();
    expect(atDodo()).toBe(5_000_000);
    expect(entries).toEqual([]);
    expect(taken()).toEqual([]);
  });

  it('a refund that comes before its payment waits for the wallet and takes then', async () => {
    await begin(null);
    const { faults } = bot.world.dodo.webhooks;
    Object.assign(faults, { delayMs: HOUR, only: (type: string) => !type.startsWith('refund.') });
    await buy(bot, ann, 'topup');
    await refund();
    expect(account()?.customerId).toBeNull();
    bot.advance(2 * HOUR);
    await bot.settle();
    bot.advance(MINUTE);
    await bot.settle();
    expect(atDodo()).toBe(0);
    expect(clawback()).toMatchObject({ taken: 5_000_000, open: null });
    expect(bot.kept.deadLetters()).toEqual([]);
  });

  it('finds its row by reading when the webhook of it is lost', async () => {
    await begin();
    Object.assign(bot.world.dodo.webhooks.faults, { drop: true, only: (type: string) => type.startsWith('credit.') });
    await refund();
    expect(clawback()?.open).toMatchObject({ tokens: 5_000_000 });
    expect((await ask(ann, 'May I?')).isRefused).toBe(true);
    bot.advance(3 * MINUTE);
    await bot.settle();
    expect(clawback()?.open).toBeNull();
    expect(account()?.ledger?.balance).toBe(0);
  });
});
