import type { ChangeRefusal } from '../account/plan-change.ts';
import { BillingError } from '../dodo/billing.ts';

/** Why Dodo, or we, did not take what the member wants. */
export type PlanRefusal =
  | ChangeRefusal
  /** Dodo does not change such plans: cancel at the period's end and subscribe anew. */
  | 'unsupported'
  /** For a reason of its own. */
  | 'not_accepted';

/** Dodo's error codes (https://docs.dodopayments.com/api-reference/error-codes). */
const REFUSALS: Readonly<Record<string, PlanRefusal>> = {
  UNSUPPORTED_ACTION: 'unsupported',
  PENDING_PLAN_CHANGE_EXISTS: 'pending',
  SCHEDULED_PLAN_CHANGE_EXISTS: 'scheduled',
  PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION: 'ending',
  INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED: 'inactive',
  SUBSCRIPTION_INACTIVE: 'inactive',
};

/** @returns why Dodo does not do it, or null when the failure is another */
export function planRefusal(error: unknown): PlanRefusal | null {
  if (!(error instanceof BillingError)) return null;
  if (error.fault !== 'refused' && error.fault !== 'conflict') return null;
  return REFUSALS[error.code ?? ''] ?? 'not_accepted';
}

/** A call that charges may have done so when the answer is lost, or is Dodo's own failure. */
export function wasPerhapsDone(error: unknown): boolean {
  if (!(error instanceof BillingError)) return false;
  return (
    error.fault === 'unanswered' || (error.fault === 'unavailable' && error.status !== null && error.status !== 503)
  );
}
