import type { Billing, CallShare } from '../dodo/billing.ts';
import type { ApplyEvent, EventOutcome } from '../events/apply-event.ts';
import type { Millis } from '../time.ts';

/** A payment that succeeded, as it was found at Dodo. */
export interface AppliedPayment {
  outcome: EventOutcome;
  /** Who paid. */
  customerId: string;
  /** Dodo's clock: its credits are no older. */
  madeAt: Millis;
}

/**
 * Looks a payment up at Dodo and applies it as its webhooks would have been: the customer is bound under the same
 * conditions, and whatever has come by webhook already changes nothing. Throws BillingError.
 * @returns what became of it; null: it has not succeeded
 */
export type ApplyPayment = (paymentId: string, share: CallShare) => Promise<AppliedPayment | null>;

export function createApplyPayment(deps: {
  billing: Pick<Billing, 'paymentAsEvents'>;
  applyEvent: ApplyEvent;
}): ApplyPayment {
  return async (paymentId, share) => {
    const events = await deps.billing.paymentAsEvents(paymentId, share);
    const told = events.find((event) => event.kind === 'payment');
    if (told?.payment.status !== 'succeeded') return null;
    for (const event of events) if (event !== told) await deps.applyEvent(event);
    const outcome = await deps.applyEvent(told);
    return { outcome, customerId: told.payment.customerId, madeAt: told.at };
  };
}
