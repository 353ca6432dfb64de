import { formatAmount } from './amount.ts';
import { document, type Html, html, money } from './html.ts';
import type { PortalRecord, SubscriptionRecord } from './model.ts';
import type { World } from './world.ts';

/** The customer's own page: credits, subscriptions with their buttons, payments. */
export function portalPage(world: World, portal: PortalRecord): string {
  const { store } = world;
  const credits = store.walletsOf(portal.customerId).map((wallet) => {
    const entitlement = store.entitlements.get(wallet.entitlementId)?.resource;
    return html`<li>${entitlement?.name ?? wallet.entitlementId}: ${formatAmount(wallet.balance)}</li>`;
  });
  const subscriptions = store
    .subscriptionsOf(portal.customerId)
    .map((record) => subscriptionItem(world, portal, record));
  const payments = store
    .paymentsOf(portal.customerId)
    .map(
      (payment) =>
        html`<li>${payment.created_at}: ${money(payment.total_amount, payment.currency)}, ${payment.status ?? 'unpaid'}</li>`,
    );
  return document(
    'Your billing',
    html`<p>${store.customers.get(portal.customerId)?.email ?? ''}</p>
      <h2>Credits</h2>${list(credits)}
      <h2>Subscriptions</h2>${list(subscriptions)}
      <h2>Payments</h2>${list(payments)}
      ${portal.returnUrl === null ? [] : html`<p><a href="${portal.returnUrl}">Back</a></p>`}`,
  );
}

function subscriptionItem(world: World, portal: PortalRecord, { resource }: SubscriptionRecord): Html {
  const name = world.store.products.get(resource.product_id)?.resource.name ?? resource.product_id;
  const ended = resource.status === 'cancelled' || resource.status === 'expired';
  const toggle = resource.cancel_at_next_billing_date
    ? html`<button name="action" value="resume">Keep it</button>`
    : html`<button name="action" value="cancel">Cancel at the next billing date</button>`;
  const buttons = html`<form method="post" action="/portal/${portal.token}/subscriptions/${resource.subscription_id}">
    ${toggle} <button name="action" value="cancel-now">Cancel now</button></form>`;
  const until = resource.cancel_at_next_billing_date ? 'ends' : 'renews';
  return html`<li>${name}: ${resource.status}${ended ? '' : `, ${until} ${resource.next_billing_date}`} ${ended ? [] : buttons}</li>`;
}

function list(items: readonly Html[]): Html {
  return items.length === 0 ? html`<p>None</p>` : html`<ul>${items}</ul>`;
}
