import type { Payment, PaymentListResponse } from 'dodopayments/resources';
import { isoTime } from './clock.ts';
import { findCustomer } from './customers.ts';
import { notFound } from './errors.ts';
import { customerDetails } from './subscription-state.ts';
import type { World } from './world.ts';

export interface NewPayment {
  customerId: string;
  amountCents: number;
  currency: Payment['currency'];
  metadata: Payment['metadata'];
  succeeded: boolean;
  sessionId: string | null;
  subscriptionId: string | null;
  /** null for subscription payments: these name no product. */
  productCart: { product_id: string; quantity: number }[] | null;
  retryAttempt: number;
}

/** Books a payment and announces it as succeeded or failed. */
export function makePayment(world: World, params: NewPayment): Payment {
  const customer = findCustomer(world, params.customerId);
  const id = world.newId('pay');
  const now = isoTime(world.clock.now());
  const payment: Payment = {
    payment_id: id,
    business_id: world.businessId,
    brand_id: world.brandId,
    status: params.succeeded ? 'succeeded' : 'failed',
    error_code: params.succeeded ? null : 'CARD_DECLINED',
    error_message: params.succeeded ? null : 'The card was declined',
    total_amount: params.amountCents,
    tax: 0,
    currency: params.currency,
    settlement_amount: params.amountCents,
    settlement_tax: 0,
    settlement_currency: params.currency,
    billing: { country: 'US', city: null, state: null, street: null, zipcode: null },
    customer: customerDetails(world, customer.customer_id) ?? customer,
    metadata: params.metadata,
    checkout_session_id: params.sessionId,
    subscription_id: params.subscriptionId,
    subscription_ids: params.subscriptionId === null ? [] : [params.subscriptionId],
    is_multi_subscription: false,
    is_update_payment_method: false,
    product_cart: params.productCart,
    digital_products_delivered: false,
    payment_provider: 'dodo',
    payment_method: 'card',
    payment_method_type: 'credit',
    card_last_four: params.succeeded ? '4242' : '0002',
    card_network: 'VISA',
    invoice_id: world.newId('inv'),
    invoice_url: params.succeeded ? `${world.baseUrl()}/invoices/payments/${id}` : null,
    refunds: [],
    refund_status: null,
    disputes: [],
    retry_attempt: params.retryAttempt,
    created_at: now,
    updated_at: now,
  };
  world.store.payments.set(id, payment);
  const type = params.succeeded ? 'payment.succeeded' : 'payment.failed';
  world.emit(type, 'Payment', () => world.store.payments.get(id) ?? payment);
  return payment;
}

/** Throws DodoApiError 404. */
export function findPayment(world: World, id: string): Payment {
  const payment = world.store.payments.get(id);
  if (payment === undefined) throw notFound('Payment', id);
  return payment;
}

/** The shorter form of the list. */
export function paymentListItem(payment: Payment): PaymentListResponse {
  return {
    payment_id: payment.payment_id,
    brand_id: payment.brand_id,
    status: payment.status ?? null,
    total_amount: payment.total_amount,
    currency: payment.currency,
    customer: payment.customer,
    metadata: payment.metadata,
    subscription_id: payment.subscription_id ?? null,
    subscription_ids: payment.subscription_ids,
    is_multi_subscription: payment.is_multi_subscription,
    digital_products_delivered: payment.digital_products_delivered,
    has_license_key: false,
    payment_provider: payment.payment_provider,
    payment_method: payment.payment_method ?? null,
    payment_method_type: payment.payment_method_type ?? null,
    card_last_four: payment.card_last_four ?? null,
    card_network: payment.card_network ?? null,
    invoice_id: payment.invoice_id ?? null,
    invoice_url: payment.invoice_url ?? null,
    refund_status: payment.refund_status ?? null,
    dispute_status: payment.disputes.at(-1)?.dispute_status ?? null,
    created_at: payment.created_at,
  };
}
