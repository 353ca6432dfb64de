import { afterEach, describe, expect, it } from 'vitest';
import type { Account } from '../../src/core/account/account.ts';
import type { WebhookFaults } from '../../src/sandbox/dodo/webhook-faults.ts';
import { signedHeaders } from '../../src/sandbox/dodo/webhook-signing.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, checkoutOf, type Person, payAt, personOn, reads } from '../helpers/people.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('webhooks apply once, in any order (I4)', () => {
  let bot: Bot;
  let ann: Person;
  afterEach(() => bot.close());

  const customer = () => [...bot.world.dodo.store.customers.keys()][0] ?? '';
  const atDodo = () =>
    Number(bot.world.dodo.store.balance(customer(), bot.world.env.CREDIT_ENTITLEMENT_ID ?? '')?.balance);
  const subscription = () => [...bot.world.dodo.store.subscriptions.keys()][0] ?? '';
  const account = () => bot.kept.accounts()[0];
  const added = () => ann.dms().filter(({ text }) => text.includes('were added'));

  /** Usage that the bot knows nothing of, as if another program of the operator's had sent it. */
  async function useElsewhere(tokens: number, id: string): Promise<void> {
    const { url, apiKey } = bot.world.dodo;
    const metadata = { tokens };
    const events = [{ event_id: id, customer_id: customer(), event_name: 'api.tokens_used', metadata }];
    await fetch(`${url}/events/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    await bot.world.dodo.tick();
  }

  /** A debit in Dodo's dashboard. */
  async function takeAtDodo(tokens: number): Promise<void> {
    const { url, apiKey } = bot.world.dodo;
    const entitlement = bot.world.env.CREDIT_ENTITLEMENT_ID;
    await fetch(`${url}/credit-entitlements/${entitlement}/balances/${customer()}/ledger-entries`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ entry_type: 'debit', amount: String(tokens) }),
    });
    await bot.settle();
  }

  /** Months of a member's life at Dodo, of which the bot hears only as the faults let it. */
  async function live(faults: Partial<WebhookFaults>, end: 'cancelled' | 'running' = 'cancelled'): Promise<void> {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    const { dodo } = bot.world;
    const url = await checkoutOf(ann, 'starter');
    Object.assign(dodo.webhooks.faults, faults);
    const step = () => bot.advance(1_500);
    await payAt(url, 'ann@example.com');
    step();
    await useElsewhere(1_000_000, 'one');
    step();
    dodo.renew(subscription());
    step();
    await useElsewhere(2_500_000, 'two');
    step();
    dodo.renew(subscription(), { decline: true });
    step();
    dodo.renew(subscription());
    step();
    await useElsewhere(70_000, 'three');
    step();
    if (end === 'cancelled') dodo.cancel(subscription());
    await bot.settle();
    bot.advance(faults.delayMs ?? 0);
    await bot.settle();
    bot.advance(MINUTE);
    await bot.settle();
  }

  /** What of an account must not depend on how the webhooks came. */
  function essence(of: Account | undefined) {
    return {
      balance: of?.ledger?.balance,
      overage: of?.ledger?.overage,
      isWhole: of?.ledger?.wholeUntil === of?.ledger?.rowAt,
      grants: of?.grants.map(({ remaining }) => remaining).toSorted((a, b) => a - b),
      subscriptions: of?.subscriptions.map(({ status, cancelling }) => [status, cancelling]),
      lowBalance: of?.lowBalance.told,
      granted: of?.lowBalance.granted,
      unsettled: [of?.metered, of?.debited.waiting, of?.debited.open],
      reconciled: of?.reconcile.done === of?.reconcile.requested,
      rows: bot.kept.records('ledger').length,
      dms: ann
        .dms()
        .map(({ text }) => text.replace(/(Your balance is now|Your tokens stay|Any tokens that).*/, ''))
        .toSorted(),
      dead: bot.kept.deadLetters(),
    };
  }

  it('in any order, five times, late or stale: the account ends as if each had come once and in order (pains 6, 8)', async () => {
    await live({});
    const expected = essence(account());
    expect(expected).toMatchObject({
      balance: 30_000_000 - 3_570_000,
      isWhole: true,
      subscriptions: [['cancelled', false]],
      reconciled: true,
      dead: [],
    });
    expect(expected.dms).toHaveLength(5);
    await bot.close();

    const ways: Partial<WebhookFaults>[] = [
      { duplicate: 4 },
      { delayMs: HOUR, duplicate: 4, shuffle: randomFrom(1) },
      { delayMs: HOUR, duplicate: 4, shuffle: randomFrom(2), latestStateBody: false },
      { delayMs: HOUR, shuffle: () => 0 },
      { delayMs: HOUR, shuffle: randomFrom(3) },
      { latestStateBody: false },
      { delayMs: HOUR, only: (type) => type.startsWith('subscription.') },
      { delayMs: HOUR, only: (type) => type.startsWith('credit.') },
      { delayMs: HOUR, only: (type) => type.startsWith('payment.') },
    ];
    for (const way of ways) {
      await live(way);
      expect({ way, ...essence(account()) }).toEqual({ way, ...expected });
      expect(account()?.ledger?.balance).toBe(atDodo());
      await bot.close();
    }
  });

  it('a plan that was on hold and was paid again runs, whichever of the two is heard last (pain 8)', async () => {
    for (const shuffle of [null, () => 0, randomFrom(4), randomFrom(5), randomFrom(6)]) {
      await live({ delayMs: HOUR, shuffle, latestStateBody: false }, 'running');
      expect(account()?.subscriptions.map(({ status }) => status)).toEqual(['active']);
      expect(account()?.ledger?.balance).toBe(atDodo());
      expect((await reads(ann.does('balance'))).text).toMatch(/Plan: Starter, which renews on/);
      await bot.close();
    }
  });

  it('does not count a late credit twice, even while the ledger cannot be read', async () => {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'starter');
    const { dodo } = bot.world;
    const isCredit = (type: string) => type === 'credit.added';
    Object.assign(dodo.webhooks.faults, { delayMs: HOUR, only: isCredit });
    const url = await checkoutOf(ann, 'topup');
    await payAt(url, 'ann@example.com');
    bot.advance(1_500);
    await useElsewhere(1_000_000, 'between');
    // Only the newer row has come, and it does not join on: the balance follows it.
    dodo.switches.outage = { status: 503 };
    await bot.settle();
    expect(account()?.ledger?.balance).toBe(14_000_000);
    bot.advance(HOUR);
    await bot.settle();
    expect(account()?.ledger?.balance).toBe(14_000_000);
    expect(added()).toHaveLength(2);
    dodo.switches.outage = null;
    bot.advance(10 * MINUTE);
    await bot.settle();
    expect(account()?.ledger).toMatchObject({ balance: 14_000_000 });
    expect(added()).toHaveLength(2);
  });

  it('tells a purchase by one DM though its webhooks come five times, before and after a restart', async () => {
    bot = await startBot();
    ann = personOn('slack', bot, 'Ann');
    bot.world.dodo.webhooks.faults.duplicate = 4;
    await buy(bot, ann, 'starter');
    const bodies = bot.world.dodo.webhooks.deliveries.map((delivery) => delivery.id);
    expect(bodies.length).toBeGreaterThan(4);
    await bot.restart();
    await buy(bot, ann, 'topup');
    expect(added()).toHaveLength(2);
    expect(account()?.ledger?.balance).toBe(15_000_000);
    expect(await bot.metric('webhooks_repeated_total')).toBeGreaterThanOrEqual(4);
    expect(await bot.metric('rows_waiting{topic="inbox"}')).toBe(0);
  });

  it('tells a purchase by one DM though it makes several rows', async () => {
    bot = await startBot();
    ann = personOn('slack', bot, 'Ann');
    await buy(bot, ann, 'starter');
    const { url, apiKey } = bot.world.dodo;
    const pack = { product_id: bot.world.env.TOPUP_PRODUCT_ID, quantity: 1 };
    const response = await fetch(`${url}/checkouts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        product_cart: [pack, pack],
        customer: { customer_id: customer() },
        return_url: `${bot.app.url}/paid`,
      }),
    });
    const { checkout_url: checkout } = (await response.json()) as { checkout_url: string };
    await payAt(checkout, 'ann@example.com');
    await bot.settle();
    expect(account()?.ledger?.balance).toBe(20_000_000);
    expect(bot.kept.records('ledger')).toHaveLength(3);
    expect(added()).toHaveLength(2);
  });

  it('is not moved by the same event under another webhook id (pain 6)', async () => {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'starter');
    /** Long enough for the reading that follows a payment. */
    const pause = async () => {
      bot.advance(61_000);
      await bot.settle();
    };
    await pause();
    const before = essence(account());
    const { DODO_PAYMENTS_WEBHOOK_KEY: secret = '' } = bot.world.env;
    for (const { id, bodyAtEvent: body } of bot.world.dodo.webhooks.deliveries) {
      const headers = signedHeaders({ id: `${id}_again`, body }, [secret], Date.now());
      const response = await fetch(`${bot.app.url}/webhooks/dodo`, { method: 'POST', headers, body });
      expect(response.status).toBe(200);
    }
    await bot.settle();
    await pause();
    expect(essence(account())).toEqual(before);
    expect(await bot.metric('webhooks_received_total')).toBe(2 * bot.world.dodo.webhooks.deliveries.length);
  });

  it('finds a credit whose webhook was lost, by reading, and tells it once (pain 7)', async () => {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'starter');
    bot.world.dodo.webhooks.faults.drop = true;
    await buy(bot, ann, 'topup');
    expect(account()?.ledger?.balance).toBe(10_000_000);
    bot.world.dodo.webhooks.faults.drop = false;
    // The next row does not join on to what is known: a gap, and the ledger is read.
    await ask(ann, 'One');
    await bot.meterTick();
    const used = bot.kept.receipts()[0]?.charged ?? 0;
    expect(account()?.ledger?.balance).toBe(15_000_000 - used);
    expect(added()).toHaveLength(2);
    expect((await reads(ann.does('balance'))).text).toContain(
      `${(15_000_000 - used).toLocaleString('en-US')} tokens left`,
    );
  });

  it('finds a credit a minute after its payment when only the payment was heard of (pain 7)', async () => {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'topup');
    Object.assign(bot.world.dodo.webhooks.faults, { drop: true, only: (type: string) => type.startsWith('credit.') });
    await buy(bot, ann, 'topup');
    expect(added()).toHaveLength(1);
    bot.advance(61_000);
    await bot.settle();
    expect(added()).toHaveLength(2);
    expect(account()?.ledger?.balance).toBe(10_000_000);
  });

  it("finds a lost credit of an empty wallet by the member's own asking, after a day at most (pain 7)", async () => {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'topup');
    await takeAtDodo(5_000_000);
    bot.world.dodo.webhooks.faults.drop = true;
    await buy(bot, ann, 'topup');
    bot.world.dodo.webhooks.faults.drop = false;
    bot.advance(25 * HOUR);
    await reads(ann.does('billing'));
    expect((await ask(ann, 'Where are my tokens?')).isRefused).toBe(true);
    await bot.settle();
    expect(added()).toHaveLength(2);
    expect((await ask(ann, 'And now?')).isRefused).toBe(false);
  });

  it('finds the first credits by reading when all credit webhooks of the purchase are lost', async () => {
    bot = await startBot();
    ann = personOn('slack', bot, 'Ann');
    Object.assign(bot.world.dodo.webhooks.faults, { drop: true, only: (type: string) => type.startsWith('credit.') });
    await buy(bot, ann, 'starter');
    expect(account()?.ledger?.balance).toBe(10_000_000);
    expect(added()).toHaveLength(1);
    expect((await ask(ann, 'One')).isRefused).toBe(false);
  });

  it('finds usage that another program metered, lowers the balance by it, and settles nothing of ours with it', async () => {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'starter');
    await useElsewhere(400_000, 'elsewhere');
    await bot.settle();
    expect(account()?.ledger?.balance).toBe(9_600_000);
    expect(await bot.metric('tokens_foreign_total')).toBe(400_000);
  });

  it('refuses webhooks that are not signed by Dodo, keeps what it cannot read as a dead letter, and goes on', async () => {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    Object.assign(bot.world.dodo.webhooks.faults, { tamper: true });
    await buy(bot, ann, 'starter');
    const { deliveries } = bot.world.dodo.webhooks;
    expect(new Set(deliveries.flatMap(({ attempts }) => attempts.map(({ status }) => status)))).toEqual(new Set([401]));
    expect(bot.kept.accounts()[0]?.customerId).toBeNull();
    expect(bot.kept.rows('inbox')).toEqual([]);
    // Dodo tries again, and then they hold.
    bot.world.dodo.webhooks.faults.tamper = false;
    bot.advance(10_000);
    await bot.settle();
    expect(account()?.ledger?.balance).toBe(10_000_000);
    expect(added()).toHaveLength(1);
  });
});

/** Repeatable numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
