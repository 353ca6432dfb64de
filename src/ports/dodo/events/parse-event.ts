import { z } from 'zod';
import { type BillingEvent, MalformedEvent } from '../../../core/dodo/billing.ts';
import { firstProblem, id, instant, metadata } from '../shapes.ts';
import { disputeShape } from './dispute.ts';
import { LEDGER_EVENT_TYPES } from './event-types.ts';
import { ledgerRow } from './ledger-row.ts';
import { paymentShape } from './payment.ts';
import { refundShape } from './refund.ts';
import { subscriptionShape } from './subscription.ts';

const envelope = z.object({ business_id: id, type: id, timestamp: instant, data: z.unknown() });
const withMetadata = z.object({ metadata });
const saysLedgerRow = z.object({ payload_type: z.literal('CreditLedgerEntry') });

const LEDGER_EVENTS: ReadonlySet<string> = new Set(LEDGER_EVENT_TYPES);

/**
 * Reads the body of a webhook whose signature held.
 * @param entitlementId ours, see subscriptionShape
 * @throws MalformedEvent
 */
export function parseEvent(body: string, entitlementId: string): BillingEvent {
  const { type, timestamp: at, business_id: businessId, data } = read(envelope, json(body), 'a webhook');
  const common = { type, at, businessId };
  if (LEDGER_EVENTS.has(type) || (type.startsWith('credit.') && saysLedgerRow.safeParse(data).success)) {
    return { kind: 'ledger_row', ...common, metadata: metadataOf(data, type), row: read(ledgerRow, data, type) };
  }
  if (type.startsWith('subscription.')) {
    const subscription = read(subscriptionShape(entitlementId), data, type);
    return { kind: 'subscription', ...common, metadata: metadataOf(data, type), subscription };
  }
  if (type.startsWith('payment.')) {
    const payment = read(paymentShape(type), data, type);
    return { kind: 'payment', ...common, metadata: metadataOf(data, type), payment };
  }
  if (type.startsWith('refund.')) {
    const refund = read(refundShape(type), data, type);
    return { kind: 'refund', ...common, metadata: metadataOf(data, type), refund };
  }
  if (type.startsWith('dispute.')) {
    return { kind: 'dispute', ...common, metadata: {}, dispute: read(disputeShape, data, type) };
  }
  return { kind: 'ignored', ...common };
}

function metadataOf(data: unknown, type: string) {
  return read(withMetadata, data, type).metadata;
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new MalformedEvent(`a webhook: expected JSON, came ${body.length} characters that are none`, {
      cause: error,
    });
  }
}

function read<Shape>(shape: z.ZodType<Shape>, value: unknown, what: string): Shape {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  throw new MalformedEvent(`${what}: ${firstProblem(result.error)}`);
}
