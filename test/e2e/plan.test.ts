import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { ask, buy, linkIn, type Person, payAt, personOn, reads, type Said } from '../helpers/people.ts';

const labels = (said: Said) => said.buttons.map(({ label }) => label.replace(/ ·.*/, ''));
const day = (at: number) => new Date(at).toISOString().slice(0, 10);

describe.each(['discord', 'slack'] as const)('/plan on %s', (platform) => {
  let bot: Bot;
  let ann: Person;

  async function begin(options: BotOptions = {}): Promise<void> {
    bot = await startBot(options);
    ann = personOn(platform, bot, 'Ann');
  }
  afterEach(() => bot.close());

  const plan = () => reads(ann.does('plan'));
  const press = (said: Said, label: string) => reads(ann.press(said, label));
  const subscriptions = () => [...bot.world.dodo.store.subscriptions.values()].map(({ resource }) => resource);
  const renewal = () => day(Date.parse(subscriptions()[0]?.next_billing_date ?? ''));
  const paid = () => [...bot.world.dodo.store.payments.values()].map(({ total_amount }) => total_amount);
  const toldByDm = (text: string) => ann.dms().filter((said) => said.text.includes(text));

  it('shows the plan, names the charge, changes it when that is confirmed, and tells so once by DM', async () => {
    await begin();
    const none = await plan();
    expect(none.text).toBe('You have no plan.');
    expect(none.isPrivate).toBe(true);
    await buy(bot, ann, 'starter');
    bot.advance(10 * DAY);
    const shown = await plan();
    expect(shown.isPrivate).toBe(true);
    expect(shown.text).toContain('NeuralAPI Starter**, 10,000,000 tokens a month for $29.00.');
    expect(shown.text).toContain(`It renews on ${renewal()}.`);
    expect(labels(shown)).toEqual(['Change to Pro', 'Cancel plan', 'Billing']);

    const offer = await press(shown, 'Change to Pro');
    const price = /\*\*(\$\d\d\.\d\d) now\*\*/.exec(offer.text)?.[1] ?? '';
    expect(offer.text).toContain(`From the next renewal on ${renewal()} on it costs $99.00 a month`);
    expect(labels(offer)).toEqual([`Pay ${price} and change`, 'Stay with Starter']);
    expect(paid()).toEqual([2900]);

    const done = await press(offer, 'Pay');
    expect(done.text).toMatch(/^Done\.\nYour plan: \*\*NeuralAPI Pro\*\*/);
    expect(`$${((paid()[1] ?? 0) / 100).toFixed(2)}`).toBe(price);
    expect(subscriptions()).toHaveLength(1);
    await bot.settle();
    expect(toldByDm('plan is now **Pro**: 40,000,000 tokens a month for $99.00')).toHaveLength(1);
    expect((await press(offer, 'Pay')).text).toMatch(/You have this plan already/);
    expect(paid()).toHaveLength(2);
    expect((await reads(ann.does('subscribe', 'pro'))).text).toMatch(/already have NeuralAPI Pro.*\/plan/);
  });

  it('cancels at the period’s end and says until when, takes that back, and ends when it was not', async () => {
    await begin();
    await buy(bot, ann, 'starter');
    const cancelled = await press(await plan(), 'Cancel plan');
    const ends = renewal();
    expect(cancelled.text).toContain(`It ends on ${ends} and will not renew.`);
    expect(cancelled.text).toMatch(/Your tokens stay yours until they expire: 10,000,000 tokens on \d{4}-/);
    expect(labels(cancelled)).toEqual(['Resume', 'Billing']);
    expect((await press(cancelled, 'Resume')).text).toContain(`It renews on ${ends} for $29.00.`);
    expect(subscriptions()[0]?.cancel_at_next_billing_date).toBe(false);
    await press(await plan(), 'Cancel plan');
    await bot.settle();
    expect((await ask(ann, 'Still there? [[length:5]]')).isRefused).toBe(false);
    bot.advance(31 * DAY);
    await bot.meterTick();
    expect(toldByDm('Starter plan has ended')).toHaveLength(1);
    expect((await plan()).text).toBe('You have no plan.');
  });

  it('changes to a cheaper plan at the next renewal, for which nothing is charged now, and can be kept from it', async () => {
    await begin();
    await buy(bot, ann, 'pro');
    const offer = await press(await plan(), 'Change to Starter');
    expect(offer.text).toMatch(/nothing is charged now.*from then on it costs \$29\.00 a month/);
    const scheduled = await press(offer, 'Change to Starter');
    expect(scheduled.text).toContain(`It changes to Starter on ${renewal()}.`);
    expect(labels(scheduled)).toEqual(['Keep Pro', 'Cancel plan', 'Billing']);
    expect((await press(scheduled, 'Keep Pro')).text).toContain('You stay with Pro');
    await press(offer, 'Change to Starter');
    bot.advance(31 * DAY);
    await bot.meterTick();
    expect(paid()).toEqual([9900, 2900]);
    expect(toldByDm('plan is now **Starter**')).toHaveLength(1);
  });

  it('says what works where Dodo does not change such plans, and charges nothing', async () => {
    await begin();
    await buy(bot, ann, 'starter');
    bot.world.dodo.switches.planChanges = false;
    const refused = await press(await plan(), 'Change to Pro');
    expect(refused.text).toMatch(
      /does not change plans like yours directly\. Nothing was charged\. What works: cancel/,
    );
    expect(labels(refused)).toEqual(['Top up', 'Cancel plan', 'Billing']);
    expect(paid()).toEqual([2900]);
  });
});

describe('a plan that cannot be changed', () => {
  let bot: Bot;
  afterEach(() => bot.close());

  it('can still be cancelled where the operator lets nobody buy', async () => {
    bot = await startBot({ env: { ALLOW_CHANNELS: 'dm' } });
    const ann = personOn('discord', bot, 'Ann');
    await payAt(linkIn(await reads(ann.does('subscribe', 'starter', { inDm: true }))), 'ann@example.com');
    await bot.settle();
    const offer = await reads(ann.press(await reads(ann.does('plan', '', { inDm: true })), 'Change to Pro'));
    expect(labels(offer)[0]).toMatch(/^Pay/);
    const shown = await reads(ann.does('plan'));
    expect((await reads(ann.press(shown, 'Change to Pro'))).text).toMatch(/not open here/);
    expect((await reads(ann.press(shown, 'Cancel plan'))).text).toContain('plan is cancelled');
    expect(bot.world.dodo.store.payments.size).toBe(1);
  });

  it('says what to do while its renewal is not paid, keeps a second plan away, and can be ended at once', async () => {
    bot = await startBot();
    const ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'starter');
    bot.world.dodo.renew([...bot.world.dodo.store.subscriptions.keys()][0] ?? '', { decline: true });
    await bot.settle();
    const shown = await reads(ann.does('plan'));
    expect(shown.text).toMatch(/Starter.*\nIt is on hold: .*Change your card under Billing/);
    expect(labels(shown)).toEqual(['Billing', 'End plan now']);
    expect((await reads(ann.does('subscribe', 'pro'))).text).toMatch(/already have NeuralAPI Starter/);
    expect((await reads(ann.press(shown, 'End plan now'))).text).toBe('You have no plan.');
    await bot.settle();
    expect(ann.dms().filter(({ text }) => text.includes('Starter plan has ended'))).toHaveLength(1);
    expect((await reads(ann.does('subscribe', 'pro'))).text).toMatch(/^Here is your checkout/);
  });
});

describe('a change of plan that does not go straight', () => {
  let bot: Bot;
  let ann: Person;
  /** What becomes of Dodo when it has told what a change costs. */
  let afterPreview: Bot['world']['dodo']['switches']['outage'];
  beforeEach(async () => {
    afterPreview = null;
    const onExchange = ({ operation }: { operation: string | null }) => {
      if (operation?.endsWith('/preview')) bot.world.dodo.switches.outage = afterPreview;
    };
    bot = await startBot({ overrides: { billingTimeoutMs: 300 }, world: { dodo: { onExchange } } });
    ann = personOn('discord', bot, 'Ann');
    await buy(bot, ann, 'starter');
  });
  afterEach(() => bot.close());

  const plan = () => reads(ann.does('plan'));
  const press = (said: Said, label: string) => reads(ann.press(said, label));
  const subscriptions = () => [...bot.world.dodo.store.subscriptions.values()].map(({ resource }) => resource);
  const payments = () => [...bot.world.dodo.store.payments.values()].map(({ status }) => status);
  const offer = async () => press(await plan(), 'Change to Pro');

  it('shows as being confirmed while its card is declined, tells the decline, and the change when it is paid', async () => {
    const { dodo } = bot.world;
    dodo.switches.declinePlanChanges = true;
    dodo.webhooks.faults.delayMs = MINUTE;
    const asked = await offer();
    expect((await press(asked, 'Pay')).text).toMatch(/is confirming it.*also if your card is declined/);
    expect((await plan()).text).toMatch(/Starter.*\n.*\nA change to Pro was asked for and is being confirmed/);
    dodo.webhooks.faults.delayMs = 0;
    bot.advance(2 * MINUTE);
    await bot.settle();
    expect(ann.dms().filter(({ text }) => text.includes('did not go through'))).toHaveLength(1);
    expect((await plan()).text).not.toContain('being confirmed');
    expect((await press(await offer(), 'Plan')).text).toContain('Starter');
    expect(payments()).toEqual(['succeeded', 'failed']);
    dodo.payPlanChange(subscriptions()[0]?.subscription_id ?? '');
    await bot.settle();
    expect(ann.dms().filter(({ text }) => text.includes('plan is now **Pro**'))).toHaveLength(1);
    expect((await plan()).text).toContain('Pro');
  });

  it('is charged once when Dodo’s answer is lost and the member tries again, and is looked up when no webhook tells of it', async () => {
    const { dodo } = bot.world;
    const asked = await offer();
    Object.assign(dodo.webhooks.faults, { drop: true, only: (type: string) => type.startsWith('subscription.') });
    afterPreview = 'lose_answers';
    expect((await press(asked, 'Pay')).text).toMatch(/not known yet whether this was done/);
    dodo.switches.outage = null;
    expect((await press(asked, 'Pay')).text).toMatch(/is being confirmed/);
    expect(payments()).toEqual(['succeeded', 'succeeded']);
    bot.advance(MINUTE);
    await bot.settle();
    expect((await plan()).text).toContain('NeuralAPI Pro');
    expect(ann.dms().filter(({ text }) => text.includes('plan is now **Pro**'))).toHaveLength(1);
  });

  it('shows the new charge and does nothing when it is more than was shown', async () => {
    const asked = await offer();
    const [subscription] = subscriptions();
    if (subscription === undefined) throw new Error('expected a subscription');
    subscription.recurring_pre_tax_amount = 0;
    const again = await press(asked, 'Pay');
    expect(again.text).toMatch(/^The charge is more than you were shown, so nothing was done\. .*\*\*\$99\.00 now\*\*/);
    expect(payments()).toEqual(['succeeded']);
    expect((await press(again, 'Pay $99.00')).text).toMatch(/^Done\./);
  });

  it('is told within seconds when Dodo does not answer, with nothing charged', async () => {
    const shown = await plan();
    bot.world.dodo.switches.outage = 'hang';
    expect((await press(shown, 'Change to Pro')).text).toMatch(/cannot be reached.*Nothing was charged/);
    expect((await press(shown, 'Cancel plan')).text).toMatch(/not known yet/);
    expect(payments()).toEqual(['succeeded']);
  });

  it('may be asked for ten times a minute', async () => {
    bot.advance(MINUTE - (bot.now() % MINUTE));
    const shown = await plan();
    const texts: string[] = [];
    for (let times = 0; times < 11; times += 1) texts.push((await press(shown, 'Change to Pro')).text);
    expect(texts.filter((text) => text.startsWith('Change from Starter'))).toHaveLength(10);
    expect(texts.at(-1)).toMatch(/10 times a minute/);
  });
});
