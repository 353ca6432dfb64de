import { expect, it, onTestFinished } from 'vitest';
import { startBot } from '../helpers/bot.ts';
import { buy, checkoutOf, payAt, personOn, reads } from '../helpers/people.ts';

it('of two plans that a member has paid the later one is cancelled at Dodo, and both sides are told', async () => {
  const bot = await startBot();
  onTestFinished(() => bot.close());
  const ann = personOn('discord', bot, 'Ann');
  // Who is a customer already may have two checkouts open.
  await buy(bot, ann, 'topup');
  const [starter, pro] = [await checkoutOf(ann, 'starter'), await checkoutOf(ann, 'pro')];
  await payAt(starter, 'ann@example.com');
  bot.advance(1_000);
  await payAt(pro, 'ann@example.com');
  await bot.settle();

  const plans = [...bot.world.dodo.store.subscriptions.values()].map(({ resource }) => [
    resource.product_id,
    resource.status,
  ]);
  const { STARTER_PLAN_PRODUCT_ID, PRO_PLAN_PRODUCT_ID } = bot.world.env;
  expect(plans).toEqual([
    [STARTER_PLAN_PRODUCT_ID, 'active'],
    [PRO_PLAN_PRODUCT_ID, 'cancelled'],
  ]);
  const told = ann.dms().filter(({ text }) => text.includes('We have cancelled the second one'));
  expect(told.map(({ text }) => text)).toEqual([expect.stringContaining('You paid for NeuralAPI Pro')]);
  expect(bot.kept.records('alert')).toMatchObject([{ what: 'second_plan_paid' }]);
  expect(bot.logged.filter(({ text }) => text === 'the operator should look at this')).toHaveLength(1);
  expect((await reads(ann.does('balance'))).text).toContain('Plan: Starter, which renews');
});
