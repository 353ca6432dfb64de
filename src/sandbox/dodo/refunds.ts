import type {
  Dispute,
  DisputeStatus,
  GetDispute,
  Payment,
  Refund,
  RefundListItem,
  WebhookEventType,
} from 'dodopayments/resources';
import { isoTime } from './clock.ts';
import { DodoApiError } from './errors.ts';
import { findPayment } from './payments.ts';
import type { World } from './world.ts';

export interface RefundRequest {
  /** Without it all that is left is refunded. */
  amountCents?: number;
  reason?: string | null;
  metadata?: Refund['metadata'];
}

/** Refunds a payment. Credits stay: no document says the vendor takes them back. Throws DodoApiError. */
export function refundPayment(world: World, paymentId: string, request: RefundRequest = {}): Refund {
  const payment = findPayment(world, paymentId);
  if (payment.status !== 'succeeded') {
    throw new DodoApiError(400, 'PAYMENT_NOT_SUCCEEDED', `Payment ${paymentId} is ${payment.status ?? 'unpaid'}`);
  }
  const left = payment.total_amount - payment.refunds.reduce((sum, refund) => sum + (refund.amount ?? 0), 0);
  if (left <= 0) throw new DodoApiError(400, 'PAYMENT_ALREADY_REFUNDED', `Payment ${paymentId} is refunded already`);
  const amount = request.amountCents ?? left;
  if (!Number.isInteger(amount) || amount < 1 || amount > left) {
    throw new DodoApiError(400, 'INVALID_REQUEST_PARAMETERS', `expected 1 to ${left} cents, got ${amount}`);
  }
  const item: RefundListItem = {
    refund_id: world.newId('ref'),
    payment_id: paymentId,
    business_id: world.businessId,
    amount,
    currency: payment.currency,
    is_partial: amount < payment.total_amount,
    status: 'succeeded',
    reason: request.reason ?? null,
    created_at: isoTime(world.clock.now()),
  };
  const refund: Refund = {
    ...item,
    brand_id: world.brandId,
    customer: payment.customer,
    metadata: request.metadata ?? {},
  };
  world.store.refunds.set(refund.refund_id, refund);
  change(world, payment, {
    refunds: [...payment.refunds, item],
    refund_status: amount === left ? 'full' : 'partial',
  });
  world.emit('refund.succeeded', 'Refund', () => refund);
  return refund;
}

/** How a dispute goes on after it was opened. */
export type DisputeOutcome = 'opened' | 'won' | 'lost' | 'accepted' | 'cancelled' | 'challenged' | 'expired';

/**
 * Opens a dispute over a payment, or goes on with the one that is open. Throws DodoApiError 404.
 * @param amount what is disputed, as the vendor's decimal text; without it the payment's total
 */
export function disputePayment(
  world: World,
  paymentId: string,
  outcome: DisputeOutcome = 'opened',
  amount?: string,
): GetDispute {
  const payment = findPayment(world, paymentId);
  const current = [...world.store.disputes.values()].findLast(
    (dispute) => dispute.payment_id === paymentId && UNDECIDED.has(dispute.dispute_status),
  );
  const opened = current ?? openDispute(world, payment, amount ?? String(payment.total_amount));
  if (outcome === 'opened') return opened;
  const status: DisputeStatus = `dispute_${outcome}`;
  const ended = { ...opened, dispute_status: status };
  put(world, ended, `dispute.${outcome}`);
  return ended;
}

const UNDECIDED: ReadonlySet<DisputeStatus> = new Set(['dispute_opened', 'dispute_challenged']);

function openDispute(world: World, payment: Payment, amount: string): GetDispute {
  const base: Dispute = {
    dispute_id: world.newId('dp'),
    payment_id: payment.payment_id,
    business_id: world.businessId,
    amount,
    currency: payment.currency,
    dispute_stage: 'dispute',
    dispute_status: 'dispute_opened',
    remarks: null,
    is_resolved_by_rdr: false,
    created_at: isoTime(world.clock.now()),
  };
  const opened: GetDispute = {
    ...base,
    brand_id: world.brandId,
    customer: payment.customer,
    payment_provider: payment.payment_provider,
    reason: 'product_not_received',
  };
  put(world, opened, 'dispute.opened');
  return opened;
}

function put(world: World, dispute: GetDispute, event: WebhookEventType): void {
  world.store.disputes.set(dispute.dispute_id, dispute);
  const payment = findPayment(world, dispute.payment_id);
  const others = payment.disputes.filter((one) => one.dispute_id !== dispute.dispute_id);
  const short = shortForm(dispute);
  change(world, payment, { disputes: [...others, short] });
  world.emit(event, 'Dispute', () => {
    const latest = world.store.disputes.get(dispute.dispute_id) ?? dispute;
    return world.switches.disputesNameCustomer ? latest : shortForm(latest);
  });
}

function shortForm(dispute: GetDispute): Dispute {
  const { brand_id: _brand, customer: _customer, payment_provider: _provider, reason: _reason, ...short } = dispute;
  return short;
}

function change(world: World, payment: Payment, fields: Partial<Payment>): void {
  world.store.payments.set(payment.payment_id, {
    ...payment,
    ...fields,
    updated_at: isoTime(world.clock.now()),
  });
}
