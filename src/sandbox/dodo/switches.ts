import type { GrantOrder } from './ledger.ts';

/** Where the vendor's documents are silent or contradict each other, and what tests want to go wrong. */
export interface DodoSwitches {
  /** true: usage is deducted only while a subscription whose product carries the meter runs; false: for every balance. */
  meterNeedsRunningPlan: boolean;
  /** Which grant is drawn first. The API reference says oldest; newer guides say earliest expiring. */
  grantOrder: GrantOrder;
  /** Balance figures (balance objects, subscription carts) as JSON numbers or as strings. Ledger rows are always strings. */
  balancesAs: 'number' | 'string';
  /** One `credit_deducted` row for each grant touched, or one a tick. */
  rowsPer: 'tick' | 'grant';
  /** The ledger type of a debit made by API. */
  debitRowType: 'manual_adjustment' | 'credit_deducted';
  /** The ledger type of a credit made by API. */
  creditRowType: 'credit_added' | 'manual_adjustment';
  /** The business setting "multiple subscriptions per customer". */
  multipleSubscriptions: boolean;
  /** false: changing plans of usage based subscriptions is refused with UNSUPPORTED_ACTION. */
  planChanges: boolean;
  /** The card on file is declined when a change of plan charges it. */
  declinePlanChanges: boolean;
  /** Webhooks of disputes: as the API reference shows them, with the customer, or as the SDK types them, without. */
  disputesNameCustomer: boolean;
  /** Requests a minute before 429; null for no limit. */
  rateLimitPerMinute: number | null;
  /**
   * The API answers nothing but this status, or never answers, or does what it is asked and closes the connection
   * without an answer: to every request, or only to those that change something. The payable page and the portal stay up.
   */
  outage: null | { status: number } | 'hang' | 'lose_answers' | 'lose_answers_to_changes';
}

export function defaultSwitches(): DodoSwitches {
  return {
    meterNeedsRunningPlan: true,
    grantOrder: 'earliest_expiring',
    balancesAs: 'number',
    rowsPer: 'grant',
    debitRowType: 'manual_adjustment',
    creditRowType: 'credit_added',
    multipleSubscriptions: true,
    planChanges: true,
    declinePlanChanges: false,
    disputesNameCustomer: true,
    rateLimitPerMinute: null,
    outage: null,
  };
}
