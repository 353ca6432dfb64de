import type { ApplyPayment } from '../buying/apply-payment.ts';
import type { Billing, CustomerBalance } from '../dodo/billing.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store.ts';
import { type Clock, DAY, type Millis } from '../time.ts';

/** A checkout can bind its buyer for so long after it was opened. */
const MAY_BE_BOUND_FOR: Millis = 7 * DAY;

/** A customer that turned out to be nobody's is not looked up again before this. */
const LOOKED_AT_KEPT: Millis = DAY;

/** Of one customer: a member who bought more than once before being bound is rare. */
const MOST_PAYMENTS = 3;

/** Looks for our checkouts among what new customers paid. Throws BillingError. @returns how many calls' worth it looked at */
export type AdoptStrangers = (strangers: readonly CustomerBalance[], most: number) => Promise<number>;

/**
 * Customers with credits that are no account's: either they bought through a checkout of ours and every webhook of it
 * was lost, then their payment binds them now; or they are not ours at all.
 */
export function createAdoptStrangers(deps: {
  billing: Pick<Billing, 'succeededPayments' | 'now'>;
  store: Pick<Store, 'increment'>;
  applyPayment: ApplyPayment;
  clock: Clock;
  log: Log;
}): AdoptStrangers {
  const { billing, store, clock } = deps;

  function note(customerId: string, by: 0 | 1): Promise<number> {
    return store.increment(`stranger:${customerId}`, by, clock() + LOOKED_AT_KEPT, clock());
  }

  async function look(customerId: string): Promise<void> {
    const payments = await billing.succeededPayments(customerId);
    for (const paymentId of payments.slice(0, MOST_PAYMENTS)) {
      const applied = await deps.applyPayment(paymentId, 'reconcile');
      if (applied?.outcome.kind === 'applied') {
        deps.log.info({ customerId, paymentId }, 'a purchase whose webhooks were lost was found');
        return;
      }
    }
  }

  return async (strangers, most) => {
    let looked = 0;
    for (const { customerId, createdAt } of strangers) {
      if (looked >= most) return looked;
      if (billing.now() - createdAt > MAY_BE_BOUND_FOR || (await note(customerId, 0)) > 0) continue;
      looked += 1;
      await look(customerId);
      await note(customerId, 1);
    }
    return looked;
  };
}
