import { describe, expect, it } from 'vitest';
import type { PlanChangeRequest } from '../../src/core/dodo/billing.ts';
import { startWithSimulator } from './dodo-port-buyer.ts';
import { answer, failureOf, startServer } from './dodo-port-server.ts';

async function startWithStarter() {
  const started = await startWithSimulator();
  const { subscription } = await started.buy(started.ids.starterProductId);
  const id = subscription?.subscription_id ?? '';
  started.shares.length = 0;
  return { ...started, id, toPro: { subscriptionId: id, productId: started.ids.proProductId, when: 'now' } as const };
}

describe('a plan at Dodo', () => {
  it('is set to end at its next billing date, and to go on', async () => {
    const { billing, id, shares } = await startWithStarter();
    await billing.endAtPeriodEnd(id, true);
    expect((await billing.subscription(id, 'member')).endsAtPeriodEnd).toBe(true);
    await billing.endAtPeriodEnd(id, false);
    expect((await billing.subscription(id)).endsAtPeriodEnd).toBe(false);
    expect(shares).toEqual(['member', 'member', 'member', 'reconcile']);
  });

  it('tells what a change costs now, and is changed for that', async () => {
    const { billing, id, toPro, ids, sim, shares } = await startWithStarter();
    const price = await billing.previewPlanChange(toPro);
    expect(price).toEqual({ amount: 7_000, currency: 'USD' });
    expect((await billing.subscription(id)).productId).toBe(ids.starterProductId);
    await billing.changePlan(toPro);
    expect(await billing.subscription(id)).toMatchObject({
      productId: ids.proProductId,
      cycleStartedAt: expect.any(Number),
    });
    expect([...sim.store.payments.values()].map(({ total_amount }) => total_amount)).toEqual([2_900, 7_000]);
    expect(shares).toEqual(['member', 'reconcile', 'member', 'reconcile']);
  });

  it('stays as it is until a change is paid', async () => {
    const { billing, id, toPro, ids, sim } = await startWithStarter();
    sim.switches.declinePlanChanges = true;
    await billing.changePlan(toPro);
    expect(await billing.subscription(id)).toMatchObject({ productId: ids.starterProductId, status: 'active' });
  });

  it('shows a change at its next billing date, which can be taken back', async () => {
    const { billing, id, toPro } = await startWithStarter();
    await billing.changePlan({ ...toPro, when: 'next_billing_date' });
    const { scheduledChange, nextBillingAt } = await billing.subscription(id);
    expect(scheduledChange).toEqual({ productId: toPro.productId, at: nextBillingAt });
    await billing.dropScheduledChange(id);
    expect((await billing.subscription(id)).scheduledChange).toBeNull();
    expect(await failureOf(billing.dropScheduledChange(id))).toMatchObject({ fault: 'refused', status: 404 });
  });

  it('is refused by name', async () => {
    const { billing, toPro, sim } = await startWithStarter();
    sim.switches.planChanges = false;
    for (const call of [billing.previewPlanChange(toPro), billing.changePlan(toPro)]) {
      expect(await failureOf(call)).toMatchObject({ fault: 'refused', status: 422, code: 'UNSUPPORTED_ACTION' });
    }
  });
});

describe('a change of plan whose answer is lost', () => {
  const change: PlanChangeRequest = { subscriptionId: 'sub_1', productId: 'pdt_pro', when: 'now' };

  it.each([409, 429, 500, 502, 503])('is not asked for twice: %s', async (status) => {
    const { billing, asked } = await startServer([answer(status, { code: 'X', message: 'no' })]);
    expect(await failureOf(billing.changePlan(change))).toMatchObject({ status, code: 'X' });
    expect(asked).toEqual(['POST /subscriptions/sub_1/change-plan']);
  });

  it.each([
    ['no amount', { total_amount: null, currency: 'USD' }],
    ['no currency', { total_amount: 1, currency: '$' }],
  ])('has no price without one: %s', async (_what, summary) => {
    const { billing } = await startServer([answer(200, { immediate_charge: { summary } })]);
    expect(await failureOf(billing.previewPlanChange(change))).toMatchObject({ fault: 'unanswered' });
  });
});
