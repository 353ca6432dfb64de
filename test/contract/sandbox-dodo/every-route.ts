import type { Bench } from './harness.ts';
import { buy, use } from './harness.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Calls every operation of the simulator at least once, and makes every kind of webhook it sends. */
export async function driveEveryRoute(bench: Bench, receiverUrl: string): Promise<void> {
  const { sim } = bench;
  await driveCatalogue(bench);
  const ids = sim.seedCatalogue();
  await driveWebhookEndpoints(bench, receiverUrl);
  const { customerId, paymentId, subscriptionId } = await drivePurchases(bench, ids);
  await driveUsage(bench, ids, customerId);
  await driveSubscription(bench, ids, subscriptionId);
  await drivePayments(bench, paymentId, customerId);
  await driveCredits(bench, ids.entitlementId, customerId);
  sim.clock.advance(400 * DAY_MS);
  sim.expire();
}

async function driveCatalogue({ client }: Bench): Promise<void> {
  const entitlement = await client.creditEntitlements.create({
    name: 'Images',
    unit: 'image',
    precision: 2,
    rollover_enabled: true,
    rollover_percentage: 50,
    rollover_timeframe_count: 1,
    rollover_timeframe_interval: 'Month',
    overage_enabled: true,
    price_per_unit: '0.01',
    currency: 'USD',
    overage_limit: 100,
  });
  await client.creditEntitlements.update(entitlement.id, { description: 'Pictures', expires_after_days: null });
  await client.creditEntitlements.retrieve(entitlement.id);
  await client.creditEntitlements.delete(entitlement.id);
  await client.creditEntitlements.list({ deleted: true, page_number: 0, page_size: 5 });
  await client.creditEntitlements.undelete(entitlement.id);
  const meter = await client.meters.create({
    name: 'Images made',
    event_name: 'image.made',
    measurement_unit: 'images',
    aggregation: { type: 'count' },
    filter: { conjunction: 'and', clauses: [{ key: 'size', operator: 'equals', value: 'large' }] },
  });
  await client.meters.retrieve(meter.id);
  await client.meters.list({ page_number: 0 });
  await client.meters.archive(meter.id);
  await client.meters.unarchive(meter.id);
  const product = await client.products.create({
    name: 'Image pack',
    tax_category: 'saas',
    price: { type: 'one_time_price', currency: 'USD', price: 500, discount: 0, purchasing_power_parity: false },
    credit_entitlements: [{ credit_entitlement_id: entitlement.id, credits_amount: '50' }],
  });
  await client.products.retrieve(product.product_id);
  await client.products.update(product.product_id, { name: 'Image pack 50', metadata: { size: 50 } });
  await client.products.list({ page_number: 0 });
  await client.products.archive(product.product_id);
  await client.products.unarchive(product.product_id);
}

async function driveWebhookEndpoints({ client }: Bench, url: string): Promise<void> {
  const endpoint = await client.webhooks.create({ url, filter_types: ['payout.success'], metadata: { team: 'a' } });
  await client.webhooks.retrieve(endpoint.id);
  await client.webhooks.retrieveSecret(endpoint.id);
  await client.webhooks.update(endpoint.id, { description: 'Payouts', disabled: true });
  await client.webhooks.headers.update(endpoint.id, { headers: { 'x-team': 'a' } });
  await client.webhooks.headers.retrieve(endpoint.id);
  await client.webhooks.list();
  await client.webhooks.delete(endpoint.id);
}

type Ids = ReturnType<Bench['sim']['seedCatalogue']>;

async function drivePurchases(bench: Bench, ids: Ids) {
  const { sim, client } = bench;
  const created = await client.customers.create({ email: 'eva@example.com', name: 'Eva', metadata: { from: 'chat' } });
  await client.customers.update(created.customer_id, { name: 'Eva B.' });
  await client.customers.retrieve(created.customer_id);
  await client.customers.list({ email: 'eva@example.com', page_number: 0 });
  await client.customers.customerPortal.create(created.customer_id, { return_url: 'https://example.com/' });
  const session = await client.checkoutSessions.create({
    product_cart: [{ product_id: ids.proProductId, quantity: 1 }],
    metadata: { account: 'a1', packs: 2, trusted: true },
    return_url: 'https://example.com/back',
    feature_flags: { always_create_new_customer: true },
  });
  await client.checkoutSessions.retrieve(session.session_id);
  sim.pay(session.session_id, { email: 'bob@example.com', decline: true });
  const { subscription, payment, customer } = sim.pay(session.session_id, { email: 'bob@example.com', name: 'Bob' });
  await client.checkoutSessions.retrieve(session.session_id);
  const customerId = customer.customer_id;
  await buy(bench, ids.topupProductId, { customerId });
  await client.customers.listCreditEntitlements(customerId);
  return { customerId, paymentId: payment.payment_id, subscriptionId: subscription?.subscription_id ?? '' };
}

async function driveUsage(bench: Bench, ids: Ids, customerId: string): Promise<void> {
  const { sim, client } = bench;
  await use(bench, customerId, 38_000_000, { model: 'gpt' });
  await sim.tick();
  await use(bench, customerId, 8_000_000, { source: 'slack' });
  await sim.tick();
  const events = await client.usageEvents.list({ customer_id: customerId, meter_id: ids.meterId, page_number: 0 });
  await client.usageEvents.retrieve(events.items[0]?.event_id ?? '');
}

async function driveSubscription({ sim, client }: Bench, ids: Ids, id: string): Promise<void> {
  await client.subscriptions.retrieveCreditUsage(id);
  await client.subscriptions.retrieveUsageHistory(id, { page_number: 0 });
  await client.subscriptions.update(id, { status: 'paused' });
  await client.subscriptions.update(id, { status: 'active' });
  await client.subscriptions.update(id, { cancel_at_next_billing_date: true });
  await client.subscriptions.update(id, { cancel_at_next_billing_date: false, metadata: { account: 'a1' } });
  sim.renew(id, { decline: true });
  sim.renew(id);
  const change = { product_id: ids.starterProductId, quantity: 1 };
  await client.subscriptions.previewChangePlan(id, { ...change, proration_billing_mode: 'prorated_immediately' });
  await client.subscriptions.changePlan(id, {
    ...change,
    proration_billing_mode: 'full_immediately',
    effective_at: 'next_billing_date',
    on_payment_failure: 'prevent_change',
  });
  await client.subscriptions.retrieve(id);
  await client.subscriptions.cancelChangePlan(id);
  await client.subscriptions.changePlan(id, { ...change, proration_billing_mode: 'full_immediately' });
  await client.subscriptions.list({ page_number: 0, status: 'active' });
  await client.subscriptions.update(id, { status: 'cancelled' });
  await client.subscriptions.retrieve(id);
}

async function drivePayments({ sim, client }: Bench, paymentId: string, customerId: string): Promise<void> {
  await client.payments.retrieveLineItems(paymentId);
  const refund = await client.refunds.create({ payment_id: paymentId, reason: 'too late', metadata: { by: 'ops' } });
  await client.refunds.retrieve(refund.refund_id);
  await client.refunds.list({ customer_id: customerId, page_number: 0 });
  const dispute = sim.dispute(paymentId, 'lost');
  await client.disputes.retrieve(dispute.dispute_id);
  await client.disputes.list({ page_number: 0 });
  await client.payments.retrieve(paymentId);
  await client.payments.list({ customer_id: customerId, page_number: 0 });
}

async function driveCredits({ client }: Bench, entitlementId: string, customerId: string): Promise<void> {
  const { balances } = client.creditEntitlements;
  const of = { credit_entitlement_id: entitlementId };
  await balances.createLedgerEntry(customerId, { ...of, entry_type: 'credit', amount: '1000', reason: 'sorry' });
  await balances.createLedgerEntry(customerId, {
    ...of,
    entry_type: 'debit',
    amount: '400',
    idempotency_key: 'debit-1',
    metadata: { batch: 'b1' },
  });
  await balances.retrieve(customerId, of);
  await balances.list(entitlementId, { customer_id: customerId });
  await balances.listGrants(customerId, { ...of, status: 'active', page_number: 0 });
  await balances.listLedger(customerId, { ...of, transaction_type: 'credit_added', page_number: 0 });
}
