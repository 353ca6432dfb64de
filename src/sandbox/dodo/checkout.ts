import type {
  CheckoutSessionCreateParams,
  CreditEntitlementMappingResponse,
  Customer,
  Payment,
  Product,
  ProductItemReq,
  Subscription,
} from 'dodopayments/resources';
import { amountFromNumber, formatAmount, multiplyAmounts, parseAmount } from './amount.ts';
import { createCustomer, customerByEmail, findCustomer } from './customers.ts';
import { DodoApiError, invalidParameters, notModelled } from './errors.ts';
import { grantAttached } from './grants.ts';
import type { SessionRecord, SubscriptionRecord } from './model.ts';
import { makePayment } from './payments.ts';
import { basePrice, findProduct } from './products.ts';
import { emitSubscription, isRunning } from './subscription-state.ts';
import { grantCycle, openSubscription } from './subscriptions.ts';
import type { World } from './world.ts';

/** A session can be paid for a day (https://docs.dodopayments.com/developer-resources/checkout-session). */
const SESSION_LIFETIME_MS = 24 * 3_600_000;
const MINIMUM_TOTAL_CENTS = 50;
const MAX_CART_ITEMS = 20;

/** What the buyer types into the payable page. */
export interface Purchase {
  email: string;
  name?: string;
  /** true: the card is declined. */
  decline?: boolean;
}

export interface PurchaseResult {
  payment: Payment;
  customer: Customer;
  subscription: Subscription | null;
}

interface CartLine {
  item: ProductItemReq;
  product: Product;
}

/** Makes a session. Throws DodoApiError when the cart cannot be sold. */
export function createSession(world: World, request: CheckoutSessionCreateParams): SessionRecord {
  const lines = readCart(world, request.product_cart);
  const plans = lines.filter((line) => line.product.is_recurring);
  if (plans.length > 1) throw notModelled('A cart with more than one subscription');
  for (const { item, product } of plans) {
    if (product.price.type === 'usage_based_price' && item.quantity !== 1) {
      throw new DodoApiError(422, 'INVALID_QUANTITY', 'A usage based subscription takes the quantity 1');
    }
  }
  if (
    request.confirm ||
    request.subscription_data?.on_demand ||
    request.discount_codes?.length ||
    request.discount_code
  ) {
    throw notModelled('confirm, on_demand or discount codes at checkout');
  }
  const trialDays = request.subscription_data?.trial_period_days ?? 0;
  if (trialDays === 0 && totalCents(lines) < MINIMUM_TOTAL_CENTS) {
    throw new DodoApiError(
      422,
      'TOTAL_PAYMENT_AMOUNT_BELOW_MINIMUM_AMOUNT',
      `The total must be at least ${MINIMUM_TOTAL_CENTS} cents`,
    );
  }
  const named = request.customer && 'customer_id' in request.customer ? request.customer.customer_id : null;
  if (named !== null) {
    findCustomer(world, named);
    if (plans.length > 0) refuseSecondSubscription(world, named);
  }
  const now = world.clock.now();
  const session: SessionRecord = {
    id: world.newId('cks'),
    createdAt: now,
    expiresAt: now + SESSION_LIFETIME_MS,
    request,
    customerId: named,
    paymentId: null,
    paid: false,
  };
  world.store.sessions.set(session.id, session);
  return session;
}

/**
 * Pays a session, or has its card declined; a declined session can be tried again.
 * Buyers are joined to the customer with their e-mail unless `feature_flags.always_create_new_customer` is set.
 * @throws DodoApiError when the session is unknown, expired or already paid
 */
export function paySession(world: World, sessionId: string, purchase: Purchase): PurchaseResult {
  const session = payableSession(world, sessionId);
  const lines = readCart(world, session.request.product_cart);
  const customer = buyer(world, session, purchase);
  session.customerId = customer.customer_id;
  const plan = lines.find((line) => line.product.is_recurring);
  if (plan !== undefined) refuseSecondSubscription(world, customer.customer_id);
  const metadata = session.request.metadata ?? {};
  const trialDays = plan === undefined ? 0 : (session.request.subscription_data?.trial_period_days ?? 0);
  const succeeded = purchase.decline !== true;
  const subscription =
    plan === undefined || !succeeded
      ? null
      : openSubscription(world, {
          product: plan.product,
          customerId: customer.customer_id,
          quantity: plan.item.quantity,
          metadata,
          trialDays,
          creditsOverride: overrides(plan.item),
        });
  const payment = makePayment(world, {
    customerId: customer.customer_id,
    amountCents: trialDays > 0 ? totalCents(lines.filter((line) => line !== plan)) : totalCents(lines),
    currency: lines[0]?.product.price.currency ?? 'USD',
    metadata,
    succeeded,
    sessionId: session.id,
    subscriptionId: subscription?.resource.subscription_id ?? null,
    productCart:
      plan === undefined ? lines.map(({ item }) => ({ product_id: item.product_id, quantity: item.quantity })) : null,
    retryAttempt: 0,
  });
  session.paymentId = payment.payment_id;
  session.paid = succeeded;
  if (succeeded) deliver(world, payment, subscription, trialDays > 0, lines);
  return { payment, customer, subscription: subscription?.resource ?? null };
}

/** The session, if it can be paid now. Throws DodoApiError otherwise. */
export function payableSession(world: World, sessionId: string): SessionRecord {
  const session = world.store.sessions.get(sessionId);
  if (session === undefined) throw new DodoApiError(404, 'NOT_FOUND', `Checkout session ${sessionId} not found`);
  if (session.paid) {
    throw new DodoApiError(409, 'CHECKOUT_SESSION_CONSUMED', 'This checkout session is already paid');
  }
  if (world.clock.now() >= session.expiresAt) {
    throw new DodoApiError(410, 'CHECKOUT_SESSION_EXPIRED', 'This checkout session has expired');
  }
  return session;
}

/** The cart with its products, for the payable page. */
export function readCart(world: World, cart: readonly ProductItemReq[]): CartLine[] {
  if (cart.length === 0) throw new DodoApiError(422, 'PRODUCT_CART_EMTPY', 'product_cart is empty');
  if (cart.length > MAX_CART_ITEMS) throw invalidParameters(`product_cart takes at most ${MAX_CART_ITEMS} items`);
  return cart.map((item) => {
    const product = findProduct(world, item.product_id);
    if (world.store.products.get(item.product_id)?.archived) {
      throw new DodoApiError(422, 'PRODUCT_IS_DELETED', `Product ${item.product_id} is archived`);
    }
    if (!Number.isInteger(item.quantity) || item.quantity < 1) {
      throw new DodoApiError(422, 'INVALID_QUANTITY', 'quantity must be 1 or more');
    }
    if (item.addons?.length) throw notModelled('An addon in the cart');
    return { item, product };
  });
}

/** What the cart costs, in the currency's smallest unit. */
export function totalCents(lines: readonly CartLine[]): number {
  return lines.reduce((sum, { item, product }) => sum + basePrice(product.price) * item.quantity, 0);
}

function buyer(world: World, session: SessionRecord, purchase: Purchase): Customer {
  if (session.customerId !== null) return findCustomer(world, session.customerId);
  if (!session.request.feature_flags?.always_create_new_customer) {
    const known = customerByEmail(world, purchase.email);
    if (known !== undefined) return known;
  }
  const name = purchase.name?.trim() || purchase.email.split('@')[0] || purchase.email;
  return createCustomer(world, { email: purchase.email.trim(), name });
}

function refuseSecondSubscription(world: World, customerId: string): void {
  if (world.switches.multipleSubscriptions) return;
  if (!world.store.subscriptionsOf(customerId).some((one) => isRunning(one.resource))) return;
  throw new DodoApiError(422, 'CUSTOMER_HAS_EXISTING_SUBSCRIPTION', 'The customer already has a subscription');
}

function deliver(
  world: World,
  payment: Payment,
  subscription: SubscriptionRecord | null,
  trial: boolean,
  lines: readonly CartLine[],
): void {
  if (subscription !== null) {
    emitSubscription(world, 'subscription.active', subscription);
    // The first purchase announces a renewal too (https://docs.dodopayments.com/developer-resources/subscription-integration-guide).
    emitSubscription(world, 'subscription.renewed', subscription);
    grantCycle(world, subscription, trial);
    emitSubscription(world, 'subscription.updated', subscription);
  }
  for (const { item, product } of lines) {
    if (product.is_recurring) continue;
    for (const attachment of product.credit_entitlements) {
      grantAttached(
        world,
        attachment,
        {
          customerId: payment.customer.customer_id,
          sourceType: 'one_time',
          creditsAmount: packCredits(attachment, item),
        },
        {
          referenceType: 'payment',
          referenceId: payment.payment_id,
          metadata: payment.metadata,
          description: 'Credits granted for OneTime payment',
        },
      );
    }
  }
}

/** One pack's credits times the quantity; no document says whether the vendor multiplies. */
function packCredits(attachment: CreditEntitlementMappingResponse, item: ProductItemReq): string {
  const each = parseAmount(overrides(item).get(attachment.credit_entitlement_id) ?? attachment.credits_amount);
  return formatAmount(multiplyAmounts(each, amountFromNumber(item.quantity)));
}

function overrides(item: ProductItemReq): Map<string, string> {
  return new Map((item.credit_entitlements ?? []).map((one) => [one.credit_entitlement_id, one.credits_amount]));
}
