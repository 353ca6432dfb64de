import { afterEach, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, modelTable, type Person, personOn, reads } from '../helpers/people.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe("expiry: credits that go are not lent, and what went with them is nobody's debt", () => {
  let bot: Bot;
  let ann: Person;
  afterEach(() => bot.close());

  async function begin(env: Record<string, string> = {}): Promise<void> {
    bot = await startBot({ env });
    ann = personOn('discord', bot, 'Ann');
  }

  const account = () => bot.kept.accounts()[0];
  const customer = () => [...bot.world.dodo.store.customers.keys()][0] ?? '';
  const low = () => ann.dms().filter(({ text }) => /balance is low|used up/.test(text));
  const total = () => bot.kept.receipts().reduce((sum, receipt) => sum + receipt.charged, 0);

  /** Time goes by; the member's own command lets the bot hear Dodo again. */
  async function pass(ms: number): Promise<void> {
    bot.advance(ms);
    await bot.settle();
    await reads(ann.does('billing'));
  }

  /** Dodo lets grants go whose time has come, and tells. */
  async function expire(): Promise<void> {
    bot.world.dodo.expire();
    await bot.settle();
  }

  it('does not lend out what expires within three minutes', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    await pass(365 * DAY - 4 * MINUTE);
    expect((await ask(ann, 'Still good?')).isRefused).toBe(false);
    await pass(1.5 * MINUTE);
    const refused = await ask(ann, 'And now?');
    expect(refused.isRefused).toBe(true);
    expect(refused.last.text).toMatch(/no tokens left/);
    expect((await reads(ann.does('balance'))).text).toMatch(/expire within minutes and cannot be spent/);
  });

  it('lends what lasts beside what goes', async () => {
    await begin({ MODEL_TABLE: modelTable({ maxOutputTokens: 600, leastOutputTokens: 5, tokensEach: 10_000 }) });
    await buy(bot, ann, 'topup');
    await pass(100 * DAY);
    await buy(bot, ann, 'topup');
    await pass(265 * DAY - 2 * MINUTE);
    const answer = await ask(ann, 'How much? [[length:600]]');
    expect(answer.last.text).toMatch(/your balance allowed at most 499 tokens/);
    expect(bot.kept.receipts()[0]?.charged).toBeLessThanOrEqual(5_000_000);
  });

  it('takes expired credits off, warns five minutes later, and not at all when new ones came meanwhile', async () => {
    await begin();
    await buy(bot, ann, 'topup');
    await pass(365 * DAY + 1_000);
    await expire();
    expect(account()?.ledger?.balance).toBe(0);
    expect(account()?.grants).toEqual([]);
    expect((await ask(ann, 'Anything left?')).isRefused).toBe(true);
    await pass(4 * MINUTE);
    expect(low()).toEqual([]);
    await pass(2 * MINUTE);
    expect(low().map(({ text }) => text)).toEqual([expect.stringMatching(/tokens are used up/)]);

    await buy(bot, ann, 'topup');
    await pass(365 * DAY + 1_000);
    await expire();
    await pass(2 * MINUTE);
    await buy(bot, ann, 'topup');
    await pass(10 * MINUTE);
    expect(low()).toHaveLength(1);
    expect(account()?.ledger?.balance).toBe(5_000_000);
  });

  it('alarms nobody when a renewal replaces the credits that expire with it (pain 13)', async () => {
    await begin();
    await buy(bot, ann, 'starter');
    const [subscription = ''] = bot.world.dodo.store.subscriptions.keys();
    await pass(30 * DAY + 1_000);
    await expire();
    bot.world.dodo.renew(subscription);
    await bot.settle();
    await pass(10 * MINUTE);
    expect(low()).toEqual([]);
    expect(account()?.ledger?.balance).toBe(10_000_000);
  });

  it('writes off usage that the meter came to after the credits were gone: the next grant is whole', async () => {
    await begin();
    await toLongMonth();
    await buy(bot, ann, 'starter');
    await pass(30 * DAY - 4 * MINUTE);
    await ask(ann, 'Just in time');
    await bot.settle();
    bot.advance(50);
    await bot.settle();
    expect(bot.world.dodo.store.events.size).toBe(1);
    await pass(5 * MINUTE);
    await bot.world.dodo.tick();
    await bot.settle();
    expect(account()?.ledger?.balance).toBe(0);
    expect(account()?.metered.batches.map(({ tokens }) => tokens)).toEqual([total()]);
    await pass(17 * MINUTE);
    expect(account()?.metered).toEqual({ waiting: 0, batches: [] });
    expect(await bot.metric('tokens_written_off_total')).toBe(total());
    expect(bot.kept.records('audit')).toContainEqual(
      expect.objectContaining({ what: 'usage_written_off', tokens: total() }),
    );
    expect(bot.kept.records('alert')).toEqual([]);
    await buy(bot, ann, 'topup');
    expect((await reads(ann.does('balance'))).text).toMatch(/5,000,000 tokens left/);
  });

  it('alerts the operator when usage that was taken is never deducted: the meter is not wired', async () => {
    await begin();
    await buy(bot, ann, 'starter');
    // The plan has ended at Dodo, and nothing of that reached us: its meter counts no more.
    bot.world.dodo.webhooks.faults.drop = true;
    bot.world.dodo.cancel([...bot.world.dodo.store.subscriptions.keys()][0] ?? '');
    bot.world.dodo.webhooks.faults.drop = false;
    await ask(ann, 'Who counts this?');
    await bot.meterTick();
    expect(bot.world.dodo.store.events.size).toBe(1);
    await pass(17 * MINUTE);
    expect(bot.kept.records('alert')).toEqual([
      { what: 'usage_not_metered', accountId: account()?.id, tokens: total() },
    ]);
    expect(bot.logged.filter(({ text }) => text === 'the operator should look at this')).toHaveLength(1);
    expect(await bot.metric('alerts_total')).toBe(1);
    // Served is owed: the tokens stay taken off.
    expect((await reads(ann.does('balance'))).text).toContain(
      `${(10_000_000 - total()).toLocaleString('en-US')} tokens left`,
    );
    expect(bot.world.dodo.store.ledger(customer())).toHaveLength(1);
  });

  /** A month of 31 days, so that credits of 30 days go a day before the renewal, whenever the test runs. */
  async function toLongMonth(): Promise<void> {
    const longMonths = new Set([0, 2, 4, 6, 7, 9, 11]);
    const date = new Date(bot.now());
    while (!(date.getUTCDate() === 5 && longMonths.has(date.getUTCMonth()))) date.setUTCDate(date.getUTCDate() + 1);
    bot.advance(date.getTime() - bot.now());
  }
});
