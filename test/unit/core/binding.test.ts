import { describe, expect, it } from 'vitest';
import { signCheckout } from '../../../src/core/buying/checkout-signature.ts';
import { DAY, MINUTE } from '../../../src/core/time.ts';
import type { Customers } from '../../../src/core/wallets/customers.ts';
import { ann, ben, credit, DODO_NOW } from '../account/bench.ts';
import { type BindingStage, createBindingStage, paid, secrets, subscribed } from './binding-stage.ts';
import { openStage, type Stage } from './stage.ts';

async function noticesOf(stage: Stage): Promise<unknown[]> {
  const rows = await stage.store.claim({ topic: 'notice', limit: 100, leaseMs: 1, now: stage.now });
  return rows.map((row) => (row.body as { facts: { kind: string }; to: unknown }).facts.kind);
}

async function alertsOf(stage: Stage, accountId: string): Promise<unknown[]> {
  const alerts = await stage.store.records(accountId, 'alert', 10);
  return alerts.map((alert) => (alert.body as { why?: string }).why);
}

/** Nothing is bound, the operator and the buyer are told, once. */
async function expectClash(stage: Stage, binding: BindingStage, accountId: string, why: string): Promise<void> {
  expect(binding.bound).toEqual([]);
  expect(await alertsOf(stage, accountId)).toEqual([why]);
  expect(await noticesOf(stage)).toEqual(['payment_not_joined']);
}

describe('an honest purchase', () => {
  it.each([
    ['a payment for a top-up', 'topup' as const, paid],
    ['a subscription that became active', 'starter' as const, subscribed],
  ])('binds its customer for ever, the nonce used up and the ledger to be read: %s', async (_what, product, event) => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, product);
    expect(await binding.apply(event('cus_1', metadata))).toEqual({ kind: 'applied' });
    const account = await binding.account('acc_a');
    expect(account).toMatchObject({ customerId: 'cus_1', checkouts: [], buyer: ann });
    expect(binding.bound).toEqual(['cus_1']);
    expect(await binding.customers.ownerOf('cus_1')).toEqual({ kind: 'account', accountId: 'acc_a' });
    const [reading] = await stage.store.claim({ topic: 'reconcile', limit: 5, leaseMs: 1, now: stage.now });
    expect(reading).toMatchObject({ accountId: 'acc_a', body: { reason: 'first_contact' } });
  });

  it('binds once, though its events come together', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'starter');
    const events = [subscribed('cus_1', metadata), paid('cus_1', metadata, 'pdt_starter')];
    const outcomes = await Promise.all([...events, ...events].map((event) => binding.apply(event)));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect((await binding.account('acc_a')).subscriptions).toHaveLength(1);
    expect(await alertsOf(stage, 'acc_a')).toEqual([]);
  });

  it('binds once, though the binding is done between two looks of another of its events', async () => {
    await using stage = await openStage();
    const asItWas = (real: Customers): Customers => ({ ...real, ownerOf: async () => ({ kind: 'nobody' }) });
    const binding = createBindingStage(stage, { customers: asItWas });
    const metadata = await binding.openCheckout('acc_a', ann, 'starter');
    await binding.apply(subscribed('cus_1', metadata));
    expect(await binding.apply(subscribed('cus_1', metadata))).toEqual({ kind: 'applied' });
    expect(await alertsOf(stage, 'acc_a')).toEqual([]);
    expect(await noticesOf(stage)).toEqual([]);
  });

  it('is what the rows of its customer wait for', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'topup');
    const row = credit('r', 5_000_000, { customerId: 'cus_1' });
    const event = {
      kind: 'ledger_row',
      type: 'credit.added',
      at: DODO_NOW,
      businessId: 'bus_1',
      metadata,
      row,
    } as const;
    expect(await binding.apply(event)).toEqual({ kind: 'waits', customerId: 'cus_1' });
    await binding.apply(paid('cus_1', metadata));
    expect(await binding.apply(event)).toEqual({ kind: 'applied' });
  });

  it.each([
    ['a payment that failed', { ...paid('cus_1', {}).payment, status: 'failed' }],
    ['a payment that is being processed', { ...paid('cus_1', {}).payment, status: 'processing' }],
  ])('is not %s', async (_what, payment) => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'topup');
    expect(await binding.apply({ ...paid('cus_1', metadata), payment })).toEqual({
      kind: 'waits',
      customerId: 'cus_1',
    });
    expect((await binding.account('acc_a')).customerId).toBeNull();
  });

  it('is not a subscription that is not active yet', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'starter');
    expect(await binding.apply(subscribed('cus_1', metadata, 'pending'))).toMatchObject({ kind: 'waits' });
  });
});

describe('an attack on a wallet', () => {
  it('with metadata that we did not sign binds nothing', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'topup');
    const forged = { ...metadata, tallybot_account: 'acc_victim' };
    expect(await binding.apply(paid('cus_1', forged))).toEqual({ kind: 'dead', why: 'forged_metadata' });
    expect((await binding.account('acc_a')).customerId).toBeNull();
    expect(await binding.customers.ownerOf('cus_1')).toEqual({ kind: 'nobody' });
  });

  it('with no metadata of ours waits, and binds nothing', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    await binding.openCheckout('acc_a', ann, 'topup');
    expect(await binding.apply(paid('cus_1', {}))).toEqual({ kind: 'waits', customerId: 'cus_1' });
  });

  it('with a nonce that was never opened binds nothing', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    await binding.openCheckout('acc_a', ann, 'topup');
    const metadata = signCheckout(secrets, { accountId: 'acc_a', nonce: 'never opened', product: 'topup' });
    expect(await binding.apply(paid('cus_1', metadata))).toEqual({ kind: 'dead', why: 'checkout_not_open' });
    await expectClash(stage, binding, 'acc_a', 'checkout_not_open');
  });

  it('with a nonce of another account binds nothing', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    await binding.openCheckout('acc_a', ann, 'topup');
    const { tallybot_nonce: nonce } = await binding.openCheckout('acc_b', ben, 'topup');
    const metadata = signCheckout(secrets, { accountId: 'acc_a', nonce: String(nonce), product: 'topup' });
    expect(await binding.apply(paid('cus_1', metadata))).toMatchObject({ kind: 'dead' });
    expect((await binding.account('acc_a')).customerId).toBeNull();
    expect((await binding.account('acc_b')).customerId).toBeNull();
  });

  it('with an account that does not exist binds nothing', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = signCheckout(secrets, { accountId: 'acc_none', nonce: 'n', product: 'topup' });
    expect(await binding.apply(paid('cus_1', metadata))).toEqual({ kind: 'dead', why: 'checkout_not_open' });
  });

  it('with a nonce that was used before does not replace the customer, and is told once', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'topup');
    await binding.apply(paid('cus_1', metadata));
    for (let time = 0; time < 3; time += 1) {
      const outcome = await binding.apply(paid('cus_thief', metadata));
      expect(outcome).toEqual({ kind: 'dead', why: 'account_has_another_customer' });
    }
    expect((await binding.account('acc_a')).customerId).toBe('cus_1');
    expect(await alertsOf(stage, 'acc_a')).toEqual(['account_has_another_customer']);
    expect(await noticesOf(stage)).toEqual(['payment_not_joined']);
  });

  it('by an account that has a customer already, through another open checkout, does not change it', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    await binding.apply(paid('cus_1', await binding.openCheckout('acc_a', ann, 'topup')));
    const metadata = await binding.openCheckout('acc_a', ann, 'topup');
    expect(await binding.apply(paid('cus_2', metadata))).toEqual({ kind: 'dead', why: 'account_has_another_customer' });
    expect((await binding.account('acc_a')).customerId).toBe('cus_1');
  });

  it('with a session for another product than was signed binds nothing and does not use up the nonce', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'starter');
    expect(await binding.apply(paid('cus_1', metadata))).toEqual({ kind: 'dead', why: 'another_product_was_bought' });
    await expectClash(stage, binding, 'acc_a', 'another_product_was_bought');
    expect((await binding.account('acc_a')).checkouts).toHaveLength(1);
    expect(await binding.apply(subscribed('cus_2', metadata))).toEqual({ kind: 'applied' });
    expect((await binding.account('acc_a')).customerId).toBe('cus_2');
  });

  it('told by an event that shows the plan it was changed to since, waits for one that shows what was bought', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'starter');
    const bought = subscribed('cus_1', metadata);
    const changed = { ...bought.subscription, productId: 'pdt_pro' };
    const waits = { kind: 'waits', customerId: 'cus_1' };
    const planChanged = { ...bought, type: 'subscription.plan_changed', subscription: changed };
    expect(await binding.apply(planChanged)).toEqual(waits);
    const renewed = { ...bought, type: 'subscription.renewed', at: bought.at + 32 * DAY, subscription: changed };
    expect(await binding.apply(renewed)).toEqual(waits);
    expect((await binding.account('acc_a')).customerId).toBeNull();
    expect(await binding.apply(bought)).toEqual({ kind: 'applied' });
    expect((await binding.account('acc_a')).customerId).toBe('cus_1');
  });

  it('of another plan than was signed binds nothing, by the events of the purchase itself', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'starter');
    const bought = subscribed('cus_1', metadata);
    const other = { ...bought, subscription: { ...bought.subscription, productId: 'pdt_pro' } };
    expect(await binding.apply(other)).toEqual({ kind: 'dead', why: 'another_product_was_bought' });
    await expectClash(stage, binding, 'acc_a', 'another_product_was_bought');
  });

  it('with a customer older than the session, joined by e-mail, does not take that customer over', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_thief', ben, 'topup');
    binding.customersMadeAt.set('cus_old', DODO_NOW - 1);
    const outcome = await binding.apply(paid('cus_old', metadata));
    expect(outcome).toEqual({ kind: 'dead', why: 'customer_is_older_than_checkout' });
    await expectClash(stage, binding, 'acc_thief', 'customer_is_older_than_checkout');
    expect((await binding.account('acc_thief')).customerId).toBeNull();
    expect(await binding.customers.ownerOf('cus_old')).toEqual({ kind: 'nobody' });
  });

  it('through a session that Dodo never told us of proves nothing', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_a', ann, 'topup', { answered: false });
    const outcome = await binding.apply(paid('cus_1', metadata));
    expect(outcome).toEqual({ kind: 'dead', why: 'customer_is_older_than_checkout' });
  });

  it('on a customer that is bound elsewhere binds nothing', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    await binding.apply(paid('cus_1', await binding.openCheckout('acc_a', ann, 'topup')));
    const metadata = await binding.openCheckout('acc_thief', ben, 'topup');
    const outcome = await binding.bindCustomer(paid('cus_1', metadata), 'cus_1');
    expect(outcome).toEqual({ kind: 'clash', why: 'customer_is_bound_elsewhere' });
    expect((await binding.account('acc_thief')).customerId).toBeNull();
    expect(await alertsOf(stage, 'acc_thief')).toEqual(['customer_is_bound_elsewhere']);
  });

  it('by two accounts at once for one customer gives it to one of them', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const both = [await binding.openCheckout('acc_a', ann, 'topup'), await binding.openCheckout('acc_b', ben, 'topup')];
    await Promise.all(both.map((metadata) => binding.apply(paid('cus_1', metadata))));
    const accounts = [await binding.account('acc_a'), await binding.account('acc_b')];
    expect(accounts.filter((account) => account.customerId === 'cus_1')).toHaveLength(1);
  });

  it('with metadata of another account, by a customer that is bound, is not even read', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    await binding.apply(paid('cus_1', await binding.openCheckout('acc_a', ann, 'topup')));
    const metadata = await binding.openCheckout('acc_b', ben, 'starter');
    expect(await binding.apply(subscribed('cus_1', metadata))).toEqual({ kind: 'applied' });
    expect((await binding.account('acc_a')).subscriptions).toHaveLength(1);
    expect((await binding.account('acc_b')).customerId).toBeNull();
    expect(await binding.apply(paid('cus_1', { tallybot_signature: 'forged' }))).toEqual({ kind: 'applied' });
  });
});

describe('a claim that no account names', () => {
  it('keeps others waiting for a minute, then is void', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const metadata = await binding.openCheckout('acc_b', ben, 'topup');
    await binding.customers.claim('cus_1', 'acc_crashed');
    expect(await binding.apply(paid('cus_1', metadata))).toEqual({ kind: 'waits', customerId: 'cus_1' });
    stage.now += MINUTE;
    expect(await binding.apply(paid('cus_1', metadata))).toEqual({ kind: 'applied' });
    expect((await binding.account('acc_b')).customerId).toBe('cus_1');
  });
});

describe('an event', () => {
  it('of another business is dead, one of another entitlement is ignored', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const foreign = { ...paid('cus_1', {}), businessId: 'bus_other' };
    expect(await binding.apply(foreign)).toEqual({ kind: 'dead', why: 'expected business bus_1, got bus_other' });
    const row = credit('r', 5, { entitlementId: 'cde_other' });
    const event = {
      kind: 'ledger_row',
      type: 'credit.added',
      at: DODO_NOW,
      businessId: 'bus_1',
      metadata: {},
      row,
    } as const;
    expect(await binding.apply(event)).toMatchObject({ kind: 'ignored' });
  });

  it('of a type that changes nothing is ignored', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    const event = { kind: 'ignored', type: 'credit.balance_low', at: DODO_NOW, businessId: 'bus_1' } as const;
    expect(await binding.apply(event)).toEqual({ kind: 'ignored', why: 'credit.balance_low' });
  });

  it('of a payment is claimed for its account, so that a refund can find it', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    await binding.apply(paid('cus_1', await binding.openCheckout('acc_a', ann, 'topup')));
    expect(await stage.store.indexOwner('payment', 'pay_cus_1')).toMatchObject({ accountId: 'acc_a' });
  });

  it('of a failed payment is told once, though it comes twice at once', async () => {
    await using stage = await openStage();
    const binding = createBindingStage(stage);
    await binding.apply(paid('cus_1', await binding.openCheckout('acc_a', ann, 'topup')));
    const honest = paid('cus_1', {});
    const failed = {
      ...honest,
      payment: { ...honest.payment, id: 'pay_2', status: 'failed', errorMessage: 'declined' },
    };
    await Promise.all([binding.apply(failed), binding.apply(failed)]);
    expect(await noticesOf(stage)).toEqual(['payment_failed']);
  });
});
