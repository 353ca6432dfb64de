import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/sandbox/dodo/server.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { ask, buy, checkoutOf, type Person, payAt, personOn, reads } from '../helpers/people.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

describe('the sweep: what no webhook told is found all the same (pain 7)', () => {
  let bot: Bot;
  let ann: Person;
  const exchanges: Exchange[] = [];
  afterEach(async () => {
    exchanges.length = 0;
    await bot.close();
  });

  async function begin(options: BotOptions = {}): Promise<void> {
    const dodo = { onExchange: (exchange: Exchange) => void exchanges.push(exchange) };
    bot = await startBot({ ...options, world: { dodo, ...options.world } });
    ann = personOn('discord', bot, 'Ann');
  }

  const account = () => bot.kept.accounts()[0];
  const faults = () => bot.world.dodo.webhooks.faults;
  const customers = () => [...bot.world.dodo.store.customers.keys()];
  const atDodo = (customer = customers()[0] ?? '') =>
    Number(bot.world.dodo.store.balance(customer, bot.world.env.CREDIT_ENTITLEMENT_ID ?? '')?.balance);
  const subscription = () => [...bot.world.dodo.store.subscriptions.keys()][0] ?? '';
  const added = (person = ann) => person.dms().filter(({ text }) => text.includes('were added'));
  const listings = () => exchanges.filter(({ path }) => path.endsWith('/balances')).length;

  /** Time goes by, and everything that is due is done. */
  async function pass(ms: number): Promise<void> {
    bot.advance(ms);
    await bot.settle();
  }

  it('finds a top-up whose webhooks were all lost, in the next sweep, and tells it once', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    faults().drop = true;
    await buy(bot, ann, 'topup');
    expect(account()?.ledger?.balance).toBe(5_000_000);
    await pass(5 * MINUTE + SECOND);
    expect(account()?.ledger?.balance).toBe(10_000_000);
    expect(added()).toHaveLength(2);
    expect(await bot.metric('sweep_readings_total')).toBe(1);
  });

  it('finds a renewal, an expiry and usage whose webhooks were lost, in two sweeps at most', async () => {
    await begin();
    await buy(bot, ann, 'starter');
    faults().drop = true;
    await ask(ann, 'One');
    await bot.meterTick();
    const used = bot.kept.receipts()[0]?.charged ?? 0;
    await pass(5 * MINUTE + SECOND);
    await pass(5 * MINUTE + SECOND);
    expect(account()?.ledger?.balance).toBe(10_000_000 - used);
    expect(account()?.metered).toEqual({ waiting: 0, batches: [] });

    bot.advance(31 * DAY);
    bot.world.dodo.expire();
    await bot.settle();
    await pass(5 * MINUTE + SECOND);
    expect(account()?.ledger?.balance).toBe(0);
    expect(account()?.grants).toEqual([]);

    bot.world.dodo.renew(subscription());
    await pass(5 * MINUTE + SECOND);
    expect(account()?.ledger?.balance).toBe(10_000_000);
    expect(added()).toHaveLength(2);
    expect(account()?.ledger?.balance).toBe(atDodo());
  });

  it.each(['topup', 'starter'] as const)(
    'binds the buyer of a %s of whose purchase no webhook came, under the same conditions as a webhook',
    async (product) => {
      await begin();
      const url = await checkoutOf(ann, product);
      faults().drop = true;
      await payAt(url, 'ann@example.com');
      await bot.settle();
      expect(account()?.customerId).toBeNull();
      await pass(5 * MINUTE + SECOND);
      expect(account()).toMatchObject({ customerId: customers()[0], ledger: { balance: atDodo() } });
      expect(account()?.subscriptions.map(({ status }) => status)).toEqual(product === 'topup' ? [] : ['active']);
      expect(added()).toHaveLength(1);
      expect((await ask(ann, 'Does it work?')).isRefused).toBe(false);
    },
  );

  it('learns of a plan that was bought by a known customer, and of what became of it (pain 8)', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    faults().drop = true;
    await payAt(await checkoutOf(ann, 'starter'), 'ann@example.com');
    await pass(5 * MINUTE + SECOND);
    expect((await reads(ann.does('balance'))).text).toMatch(/15,000,000 tokens left[\s\S]*Plan: Starter, which renews/);

    bot.world.dodo.cancel(subscription());
    await ask(ann, 'Who counts this?');
    await pass(SECOND);
    await bot.meterTick();
    // No meter has counted it, for the plan is over: by then it is known, and what follows is taken by hand.
    await pass(17 * MINUTE);
    expect(account()?.subscriptions.map(({ status }) => status)).toEqual(['cancelled']);
    await ask(ann, 'And this?');
    expect(bot.kept.receipts().map(({ settledBy }) => settledBy)).toEqual(['meter', 'debit']);
  });

  it('counts customers that are nobody of ours, leaves them alone and does not look them up again and again', async () => {
    await begin();
    await useOtherApp('stranger@example.com');
    await pass(5 * MINUTE + SECOND);
    await pass(5 * MINUTE + SECOND);
    expect(await bot.metric('customers_unknown')).toBe(1);
    expect(bot.kept.accounts()).toEqual([]);
    expect(exchanges.filter(({ path }) => path === '/payments')).toHaveLength(1);
    expect(await bot.metric('drift_tokens')).toBe(0);
  });

  it('changes nothing when the lost webhooks come late all the same: nothing is told twice', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    faults().delayMs = 2 * 60 * MINUTE;
    await buy(bot, ann, 'topup');
    const url = await checkoutOf(ann, 'starter');
    await payAt(url, 'ann@example.com');
    await pass(5 * MINUTE + SECOND);
    await pass(5 * MINUTE + SECOND);
    expect(account()?.ledger?.balance).toBe(20_000_000);
    expect(added()).toHaveLength(3);
    await pass(2 * 60 * MINUTE);
    await pass(2 * MINUTE);
    expect(bot.world.dodo.webhooks.pending()).toBe(0);
    expect(account()?.ledger?.balance).toBe(20_000_000);
    expect(added()).toHaveLength(3);
    expect(bot.kept.records('ledger')).toHaveLength(3);
  });

  it('shows the drift while it lasts, and none when it is mended', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    await pass(5 * MINUTE + SECOND);
    expect(await drift()).toEqual({ tokens: 0, accounts: 0 });
    faults().drop = true;
    await buy(bot, ann, 'topup');
    await pass(5 * MINUTE + SECOND);
    expect(await drift()).toEqual({ tokens: 5_000_000, accounts: 1 });
    expect(await bot.metric('sweep_age_seconds')).toBeLessThan(5);
    await pass(2 * MINUTE);
    expect(await bot.metric('sweep_age_seconds')).toBeGreaterThanOrEqual(120);
    await pass(5 * MINUTE);
    expect(await drift()).toEqual({ tokens: 0, accounts: 0 });
  });

  it('does not call usage on its way a drift', async () => {
    await begin();
    await buy(bot, ann, 'starter');
    await pass(5 * MINUTE + SECOND);
    faults().delayMs = 60 * MINUTE;
    await ask(ann, 'One');
    await bot.meterTick();
    expect(atDodo()).toBeLessThan(10_000_000);
    expect(account()?.ledger?.balance).toBe(10_000_000);
    const before = listings();
    await pass(5 * MINUTE + SECOND);
    expect(listings()).toBe(before + 1);
    expect(await drift()).toEqual({ tokens: 0, accounts: 0 });
    expect(await bot.metric('sweep_readings_total')).toBe(0);
  });

  it('takes twenty calls for nearly two thousand customers, and no reading', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    await pass(2 * MINUTE);
    for (let number = 0; number < 1_950; number += 1) addCustomer(number, 40 * DAY);
    exchanges.length = 0;
    await pass(5 * MINUTE + SECOND);
    expect(listings()).toBe(20);
    expect(exchanges.filter(({ path }) => path.endsWith('/ledger'))).toEqual([]);
    expect(await bot.metric('customers_unknown')).toBe(1_950);
  });

  it('leaves the calls of members and usage alone, and goes on in the next minute with the page that it came to', async () => {
    await begin({ env: { DODO_CALLS_PER_MINUTE: '20' } });
    await pass(MINUTE);
    for (let number = 0; number < 1_550; number += 1) addCustomer(number, 40 * DAY);
    exchanges.length = 0;
    // To the beginning of a minute, so that its whole budget is there.
    await pass(10 * MINUTE - (bot.now() % MINUTE));
    expect(listings()).toBeLessThanOrEqual(10);
    expect(listings()).toBeGreaterThanOrEqual(8);
    const url = await checkoutOf(ann, 'topup');
    expect(url).toMatch(/^http/);
    await pass(MINUTE);
    await pass(MINUTE);
    expect(listings()).toBe(16);
    expect(await bot.metric('customers_unknown')).toBe(1_550);
  });

  it('goes on after an outage of Dodo, within a minute of its return', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    faults().drop = true;
    await buy(bot, ann, 'topup');
    bot.world.dodo.switches.outage = { status: 503 };
    for (let minutes = 0; minutes < 30; minutes += 5) await pass(5 * MINUTE);
    expect(account()?.ledger?.balance).toBe(5_000_000);
    bot.world.dodo.switches.outage = null;
    await pass(MINUTE);
    expect(account()?.ledger?.balance).toBe(10_000_000);
  });

  it('is made at once when the bot starts again', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    faults().drop = true;
    await buy(bot, ann, 'topup');
    await bot.restart();
    await bot.settle();
    expect(account()?.ledger?.balance).toBe(10_000_000);
    expect((await reads(ann.does('balance'))).text).toContain('10,000,000 tokens left');
  });

  async function drift(): Promise<{ tokens: number; accounts: number }> {
    return { tokens: await bot.metric('drift_tokens'), accounts: await bot.metric('drift_accounts') };
  }

  /** Somebody buys from the same business by a checkout that is not ours. */
  async function useOtherApp(email: string): Promise<void> {
    const { url, apiKey } = bot.world.dodo;
    const response = await fetch(`${url}/checkouts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        product_cart: [{ product_id: bot.world.env.TOPUP_PRODUCT_ID, quantity: 1 }],
        return_url: `${bot.app.url}/paid`,
      }),
    });
    const { checkout_url: checkout } = (await response.json()) as { checkout_url: string };
    await payAt(checkout, email);
  }

  /** A customer with a wallet of this entitlement, made so long ago. */
  function addCustomer(number: number, agoMs: number): void {
    const at = bot.now() - agoMs;
    bot.world.dodo.store.addWallet({
      id: `cdb_${number}`,
      customerId: `cus_other_${number}`,
      entitlementId: bot.world.env.CREDIT_ENTITLEMENT_ID ?? '',
      balance: 0n,
      overage: 0n,
      grants: [],
      rows: [],
      createdAt: at,
      updatedAt: at,
      restUnits: new Map(),
    });
  }
});
