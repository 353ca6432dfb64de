import type { WebhookEventType } from 'dodopayments/resources';

/** Events that carry a row of the ledger (https://docs.dodopayments.com/developer-resources/webhooks/intents/credit). */
export const LEDGER_EVENT_TYPES = [
  'credit.added',
  'credit.deducted',
  'credit.expired',
  'credit.rolled_over',
  'credit.rollover_forfeited',
  'credit.overage_charged',
  'credit.overage_reset',
  'credit.manual_adjustment',
] as const satisfies readonly WebhookEventType[];

/**
 * Every event type that changes something here: what the webhook endpoint is to be subscribed to. Left out on purpose
 * are payments under way or given up (nothing is booked) and `credit.balance_low` (we tell members ourselves).
 */
export const USED_EVENT_TYPES = [
  ...LEDGER_EVENT_TYPES,
  'subscription.active',
  'subscription.renewed',
  'subscription.on_hold',
  'subscription.past_due',
  'subscription.paused',
  'subscription.unpaused',
  'subscription.cancelled',
  'subscription.failed',
  'subscription.expired',
  'subscription.plan_changed',
  'subscription.updated',
  'subscription.update_payment_method',
  'payment.succeeded',
  'payment.failed',
  'refund.succeeded',
  'refund.failed',
  'dispute.opened',
  'dispute.expired',
  'dispute.accepted',
  'dispute.cancelled',
  'dispute.challenged',
  'dispute.won',
  'dispute.lost',
] as const satisfies readonly WebhookEventType[];
