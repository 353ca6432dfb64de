import { afterEach, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, modelTable, type Person, personOn, reads } from '../helpers/people.ts';

/** 50 USD at 0.000005 USD a token. */
const CAP_TOKENS = 10_000_000;

describe('overage: a Pro member goes on beyond the credits, up to the cap', () => {
  let bot: Bot;
  let ann: Person;
  afterEach(() => bot.close());

  async function begin(product: 'pro' | 'starter' = 'pro'): Promise<void> {
    // One token of the model costs 100,000 of ours: 40,000,000 are gone in a few asks.
    const env = { MODEL_TABLE: modelTable({ maxOutputTokens: 350, leastOutputTokens: 5, tokensEach: 100_000 }) };
    bot = await startBot({ env });
    ann = personOn('slack', bot, 'Ann');
    await buy(bot, ann, product);
  }

  /** So many tokens of the model's, metered. */
  async function use(modelTokens: number) {
    const answer = await ask(ann, `Use [[length:${modelTokens}]]`);
    await bot.meterTick();
    return answer;
  }

  const customer = () => [...bot.world.dodo.store.customers.keys()][0] ?? '';
  const atDodo = () => {
    const figures = bot.world.dodo.store.balance(customer(), bot.world.env.CREDIT_ENTITLEMENT_ID ?? '');
    return { balance: Number(figures?.balance), overage: Number(figures?.overage) };
  };
  const total = () => bot.kept.receipts().reduce((sum, receipt) => sum + receipt.charged, 0);
  const subscription = () => [...bot.world.dodo.store.subscriptions.keys()][0] ?? '';

  it('runs into overage, says so, and stops at the cap of 50 USD, to the token', async () => {
    await begin();
    await use(300);
    await use(95);
    expect(atDodo().overage).toBe(0);
    await use(40);
    expect(atDodo()).toEqual({ balance: 0, overage: total() - 40_000_000 });
    expect(ann.dms().at(-1)?.text).toMatch(/used up.*billed as overage with your next invoice, up to your cap/);
    const figures = await reads(ann.does('balance'));
    expect(figures.text).toContain(`Overage in this cycle: ${atDodo().overage.toLocaleString('en-US')} tokens`);

    const cut = await use(300);
    expect(cut.last.text).toMatch(/your overage cap allowed at most \d\d tokens/);
    const refused = await ask(ann, 'And more');
    expect(refused.isRefused).toBe(true);
    expect(refused.last.buttons.map(({ label }) => label)).toEqual(['Top up 5,000,000 · $19.00']);
    await bot.meterTick();
    expect(total()).toBeLessThanOrEqual(40_000_000 + CAP_TOKENS);
    expect(atDodo().overage).toBe(total() - 40_000_000);
    expect(await bot.metric('tokens_foreign_total')).toBe(0);
    expect(bot.kept.accounts()[0]?.metered).toEqual({ waiting: 0, batches: [] });
  });

  it('counts what the meter has not seen yet against the cap: no tick, no room', async () => {
    await begin();
    for (const length of [300, 95, 40, 300, 300]) await ask(ann, `Use [[length:${length}]]`);
    expect(total()).toBeLessThanOrEqual(40_000_000 + CAP_TOKENS);
    expect((await ask(ann, 'More')).isRefused).toBe(true);
    await bot.meterTick();
    expect(atDodo()).toEqual({ balance: 0, overage: total() - 40_000_000 });
  });

  it('invoices the overage with the renewal, starts from nothing, and answers again', async () => {
    await begin();
    await use(300);
    await use(95);
    await use(40);
    const { overage } = atDodo();
    const renewal = bot.world.dodo.renew(subscription());
    await bot.settle();
    expect(renewal.payment.total_amount).toBe(9_900 + Math.round(overage / 2_000));
    expect(atDodo()).toEqual({ balance: 40_000_000, overage: 0 });
    expect(bot.kept.accounts()[0]?.ledger).toMatchObject({ balance: 40_000_000, overage: 0 });
    expect(ann.dms().filter(({ text }) => text.includes('40,000,000 tokens were added'))).toHaveLength(2);
    expect((await ask(ann, 'Again [[length:300]]')).isRefused).toBe(false);
  });

  it('lends no overage while the renewal has not been paid', async () => {
    await begin();
    await use(300);
    await use(95);
    await use(40);
    bot.world.dodo.renew(subscription(), { decline: true });
    await bot.settle();
    expect(ann.dms().at(-1)?.text).toMatch(/did not go through/);
    const refused = await ask(ann, 'More');
    expect(refused.isRefused).toBe(true);
    bot.world.dodo.renew(subscription());
    await bot.settle();
    expect((await ask(ann, 'More [[length:5]]')).isRefused).toBe(false);
  });

  it('never lends overage on Starter', async () => {
    await begin('starter');
    await use(90);
    await use(300);
    expect((await ask(ann, 'More')).isRefused).toBe(true);
    await bot.meterTick();
    expect(total()).toBeLessThanOrEqual(10_000_000);
    expect(atDodo().overage).toBe(0);
  });
});
