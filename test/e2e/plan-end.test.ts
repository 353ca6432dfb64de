import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, type Person, personOn, reads } from '../helpers/people.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the state of a plan follows the newest truth (pain 8)', () => {
  let bot: Bot;
  let ann: Person;
  beforeEach(async () => {
    bot = await startBot();
    ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'starter');
  });
  afterEach(() => bot.close());

  const subscription = () => [...bot.world.dodo.store.subscriptions.keys()][0] ?? '';
  const status = () => bot.kept.accounts()[0]?.subscriptions[0]?.status;
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const ended = () => ann.dms().filter(({ text }) => text.includes('plan has ended'));

  it('a member whose plan was cancelled is told once until when the tokens last, and settles by debit from then on', async () => {
    const { dodo } = bot.world;
    const expires = day(dodo.clock.now() + 30 * 24 * HOUR);
    expect((await reads(ann.does('balance'))).text).not.toContain('expire');
    dodo.webhooks.faults.duplicate = 3;
    dodo.cancel(subscription());
    await bot.settle();
    expect(ended()).toHaveLength(1);
    expect(ended()[0]?.text).toContain(`10,000,000 tokens on ${expires}`);
    const told = (await reads(ann.does('balance'))).text;
    expect(told).toContain('You have no plan.');
    expect(told).toContain(`Your tokens stay yours until they expire: 10,000,000 tokens on ${expires}.`);
    expect((await ask(ann, 'Still there?')).isRefused).toBe(false);
    expect(bot.kept.receipts()[0]?.settledBy).toBe('debit');
  });

  it('a plan that is to end at its next billing date says so, with how long the tokens last', async () => {
    const { url, apiKey } = bot.world.dodo;
    const response = await fetch(`${url}/subscriptions/${subscription()}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ cancel_at_next_billing_date: true }),
    });
    expect(response.status).toBe(200);
    await bot.settle();
    const told = (await reads(ann.does('balance'))).text;
    expect(told).toMatch(/Plan: Starter, which ends on/);
    expect(told).toContain('10,000,000 tokens on');
    expect(ended()).toEqual([]);
  });

  it('is looked up when a late event shows another state, though the event of that state was lost', async () => {
    const { dodo } = bot.world;
    const { faults } = dodo.webhooks;
    // An early event is delivered late: by then its body shows what the lost one would have told.
    const isHeld = (type: string) => type === 'subscription.updated';
    Object.assign(faults, { delayMs: HOUR, only: isHeld });
    dodo.renew(subscription());
    await bot.settle();
    bot.advance(MINUTE);
    Object.assign(faults, { delayMs: 0, only: null });
    dodo.renew(subscription(), { decline: true });
    dodo.renew(subscription());
    await bot.settle();
    expect(status()).toBe('active');
    Object.assign(faults, { drop: true, only: (type: string) => type.startsWith('subscription.') });
    dodo.renew(subscription(), { decline: true });
    Object.assign(faults, { drop: false, only: null });
    await bot.settle();
    expect(status()).toBe('active');
    bot.advance(2 * HOUR);
    await bot.settle();
    bot.advance(MINUTE);
    await bot.settle();
    expect(status()).toBe('on_hold');
  });
});
