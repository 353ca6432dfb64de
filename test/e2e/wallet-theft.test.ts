import { afterEach, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, checkoutOf, type Person, payAt, personOn, reads } from '../helpers/people.ts';

describe("nobody spends another member's wallet (I8)", () => {
  let bot: Bot;
  let ann: Person;
  let mallory: Person;
  afterEach(() => bot.close());

  async function begin(): Promise<void> {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    mallory = personOn('discord', bot, 'Mallory');
  }

  const sessions = () => [...bot.world.dodo.store.sessions.values()];
  const customers = () => [...bot.world.dodo.store.customers.keys()];
  const deadWhys = () => bot.kept.deadLetters().map(({ topic, error }) => `${topic}: ${error}`);
  const alarms = () =>
    bot.logged.filter(({ level, text }) => level === 'error' && text === 'a row became a dead letter');
  const left = async (person: Person) =>
    /\*\*([\d,]+) tokens left/.exec((await reads(person.does('balance'))).text)?.[1];
  const product = (name: 'STARTER_PLAN' | 'PRO_PLAN' | 'TOPUP') => bot.world.env[`${name}_PRODUCT_ID`] ?? '';

  /** A session at Dodo that the bot did not make, as somebody with its key or a leaked link could. */
  async function foreignSession(body: object): Promise<string> {
    const { url, apiKey } = bot.world.dodo;
    const response = await fetch(`${url}/checkouts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ return_url: `${url}/paid`, ...body }),
    });
    const { checkout_url: address } = (await response.json()) as { checkout_url: string };
    return address;
  }

  async function pay(url: string, email: string): Promise<void> {
    await payAt(url, email);
    await bot.settle();
  }

  it("does not let a top-up with another member's e-mail take over that member's wallet", async () => {
    await begin();
    await buy(bot, ann, 'starter', 'ann@example.com');
    await buy(bot, mallory, 'topup', 'ann@example.com');
    expect(customers()).toHaveLength(2);
    expect(await left(ann)).toBe('10,000,000');
    expect(await left(mallory)).toBe('5,000,000');
    expect((await ask(mallory, 'Whose is this?')).isRefused).toBe(false);
    await bot.meterTick();
    expect(await left(ann)).toBe('10,000,000');
    expect(ann.dms()).toHaveLength(1);
    expect(deadWhys()).toEqual([]);
  });

  it("joins later purchases to the wallet's own customer, whatever e-mail is typed", async () => {
    await begin();
    await buy(bot, ann, 'starter', 'ann@example.com');
    await buy(bot, mallory, 'topup', 'mallory@example.com');
    await buy(bot, mallory, 'topup', 'ann@example.com');
    expect(customers()).toHaveLength(2);
    expect(await left(ann)).toBe('10,000,000');
    expect(await left(mallory)).toBe('10,000,000');
  });

  it('asks Dodo for sessions that carry no platform id and always make a new customer, until there is one', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    await checkoutOf(ann, 'starter');
    const [first, second] = sessions().map(({ request }) => request);
    expect(first?.feature_flags?.always_create_new_customer).toBe(true);
    expect(first?.customer).toBeUndefined();
    expect(second?.customer).toEqual({ customer_id: customers()[0] });
    expect(JSON.stringify(sessions())).not.toContain(ann.id);
  });

  it('binds nothing to metadata that is not signed by us: a dead letter and an alarm', async () => {
    await begin();
    await checkoutOf(mallory, 'starter');
    await checkoutOf(ann, 'topup');
    const annsMetadata = sessions()[1]?.request.metadata ?? {};
    const forged = { ...annsMetadata, tallybot_product: 'starter' };
    const url = await foreignSession({
      product_cart: [{ product_id: product('STARTER_PLAN'), quantity: 1 }],
      metadata: forged,
    });
    await pay(url, 'mallory@example.com');
    expect(deadWhys()).toContain('inbox: forged_metadata');
    expect(alarms().length).toBe(deadWhys().length);
    expect(bot.kept.accounts().map(({ customerId }) => customerId)).toEqual([null, null]);
    expect(await left(ann)).toBe('0');
    expect((await ask(ann, 'Am I richer?')).isRefused).toBe(true);
  });

  it('binds nothing to a purchase without metadata of ours: it waits for its owner', async () => {
    await begin();
    const url = await foreignSession({ product_cart: [{ product_id: product('TOPUP'), quantity: 1 }] });
    await pay(url, 'somebody@example.com');
    expect(bot.kept.accounts().every(({ customerId }) => customerId === null)).toBe(true);
    expect(bot.kept.rows('inbox').length).toBeGreaterThan(0);
    expect(deadWhys()).toEqual([]);
  });

  it('binds nothing to another product than the signed one, tells the buyer, and leaves the checkout to be paid', async () => {
    await begin();
    const url = await checkoutOf(ann, 'starter');
    const metadata = sessions()[0]?.request.metadata ?? {};
    const feature_flags = { always_create_new_customer: true };
    const cheap = await foreignSession({
      product_cart: [{ product_id: product('TOPUP'), quantity: 1 }],
      metadata,
      feature_flags,
    });
    await pay(cheap, 'ann@example.com');
    expect(deadWhys()).toContain('inbox: another_product_was_bought');
    expect(bot.kept.accounts()[0]?.customerId).toBeNull();
    expect(ann.dms().map(({ text }) => text)).toEqual([
      expect.stringMatching(/could not be safely joined to your wallet/),
    ]);
    expect(bot.kept.records('alert')).toContainEqual(
      expect.objectContaining({ what: 'customer_not_bound', why: 'another_product_was_bought' }),
    );
    expect(bot.logged.some(({ level, text }) => level === 'warn' && text === 'the operator should look at this')).toBe(
      true,
    );
    await pay(url, 'ann@example.com');
    expect(await left(ann)).toBe('10,000,000');
  });

  it('binds no second customer to a wallet when used metadata is replayed, and tells its owner', async () => {
    await begin();
    await buy(bot, ann, 'topup', 'ann@example.com');
    const [own] = customers();
    const metadata = sessions()[0]?.request.metadata ?? {};
    const replay = await foreignSession({
      product_cart: [{ product_id: product('TOPUP'), quantity: 1 }],
      metadata,
      feature_flags: { always_create_new_customer: true },
    });
    await pay(replay, 'mallory@example.com');
    expect(customers()).toHaveLength(2);
    expect(bot.kept.accounts()[0]?.customerId).toBe(own);
    expect(deadWhys()).toContain('inbox: account_has_another_customer');
    expect(await left(ann)).toBe('5,000,000');
    expect(ann.dms().filter(({ text }) => /could not be safely joined/.test(text))).toHaveLength(1);
  });

  it('does not bind a customer that is older than the checkout, though the metadata is right', async () => {
    await begin();
    await buy(bot, ann, 'starter', 'ann@example.com');
    bot.advance(1_500);
    await checkoutOf(mallory, 'topup');
    const metadata = sessions().at(-1)?.request.metadata ?? {};
    const [victim] = customers();
    // Ann is made to pay through Mallory's metadata: her customer must not become Mallory's.
    const trap = await foreignSession({
      product_cart: [{ product_id: product('TOPUP'), quantity: 1 }],
      metadata,
      customer: { customer_id: victim },
    });
    await pay(trap, 'ann@example.com');
    expect(await left(mallory)).toBe('0');
    // Once bound, rows follow their customer and metadata is not read again.
    expect(await left(ann)).toBe('15,000,000');
    expect(bot.kept.accounts().filter(({ customerId }) => customerId === victim)).toHaveLength(1);
  });

  it("does not bind an older customer of nobody's either", async () => {
    await begin();
    await pay(
      await foreignSession({ product_cart: [{ product_id: product('TOPUP'), quantity: 1 }] }),
      'old@example.com',
    );
    const [old] = customers();
    bot.advance(1_500);
    await checkoutOf(mallory, 'topup');
    const metadata = sessions().at(-1)?.request.metadata ?? {};
    const trap = await foreignSession({
      product_cart: [{ product_id: product('TOPUP'), quantity: 1 }],
      metadata,
      customer: { customer_id: old },
    });
    await pay(trap, 'old@example.com');
    expect(deadWhys()).toContain('inbox: customer_is_older_than_checkout');
    expect(await left(mallory)).toBe('0');
  });

  it('cancels a second plan that was paid through an older link, and tells both sides', async () => {
    await begin();
    await buy(bot, ann, 'topup', 'ann@example.com');
    const first = await checkoutOf(ann, 'starter');
    const second = await checkoutOf(ann, 'pro');
    await pay(first, 'ann@example.com');
    bot.advance(1_500);
    await pay(second, 'ann@example.com');
    const plans = [...bot.world.dodo.store.subscriptions.values()].map(({ resource }) => resource);
    expect(plans.map(({ product_id, status }) => [product_id, status])).toEqual([
      [product('STARTER_PLAN'), 'active'],
      [product('PRO_PLAN'), 'cancelled'],
    ]);
    expect(ann.dms().filter(({ text }) => /paid for NeuralAPI Pro.*cancelled the second one/.test(text))).toHaveLength(
      1,
    );
    expect(bot.kept.records('alert')).toEqual([expect.objectContaining({ what: 'second_plan_paid' })]);
    expect(bot.logged.filter(({ text }) => text === 'the operator should look at this')).toHaveLength(1);
    expect((await reads(ann.does('balance'))).text).toMatch(/Plan: Starter/);
  });

  it("gives another member's receipt, stop and portal to nobody", async () => {
    await begin();
    await buy(bot, ann, 'starter', 'ann@example.com');
    const answer = await ask(ann, 'Mine');
    expect((await reads(mallory.press(answer.last, 'Receipt'))).text).toMatch(/Only the member who asked/);
    expect((await reads(mallory.does('billing'))).text).toMatch(/nothing to manage/);
  });
});
