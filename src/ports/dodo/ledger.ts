import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { CallShare, Grant, LedgerRow, SourcedGrant } from '../../core/dodo/billing.ts';
import { MINUTE, type Millis } from '../../core/time.ts';
import type { Calls } from './calls.ts';
import type { DodoClock } from './dodo-clock.ts';
import { ledgerRow } from './events/ledger-row.ts';
import { type PageQuery, readAllPages, readFirstPage } from './pages.ts';
import { amount, id, instant, optionalInstant, optionalText } from './shapes.ts';

/** Rows made while the pages are read should not move the pages; Dodo's clock is known to about a second. */
const END_MARGIN: Millis = 5 * MINUTE;

interface LedgerPort {
  client: DodoPayments;
  calls: Calls;
  dodoClock: DodoClock;
  entitlementId: string;
}

/**
 * Rows of our entitlement, of one customer.
 * @param since on Dodo's clock: rows made then or later, from all pages; null: the newest page only, at most 100 rows
 * @throws BillingError
 */
export async function readLedger(
  port: LedgerPort,
  customerId: string,
  since: Millis | null,
  share: CallShare,
): Promise<LedgerRow[]> {
  const range =
    since === null
      ? {}
      : {
          start_date: new Date(since).toISOString(),
          end_date: new Date(port.dodoClock.now() + END_MARGIN).toISOString(),
        };
  const listing = {
    name: 'read the ledger',
    share,
    item: ledgerRow,
    send: (page: PageQuery) =>
      port.client.creditEntitlements.balances.listLedger(customerId, {
        credit_entitlement_id: port.entitlementId,
        ...range,
        ...page,
      }),
  };
  return since === null ? readFirstPage(port.calls, listing) : readAllPages(port.calls, listing);
}

const grant = z
  .object({ id, remaining_amount: amount, expires_at: optionalInstant })
  .transform((told): Grant => ({ id: told.id, remaining: told.remaining_amount, expiresAt: told.expires_at }));

/** @returns the grants of our entitlement that still hold tokens @throws BillingError */
export async function readGrants(port: LedgerPort, customerId: string, share: CallShare): Promise<Grant[]> {
  const grants = await readAllPages(port.calls, {
    name: 'read the grants',
    share,
    item: grant,
    send: (page) =>
      port.client.creditEntitlements.balances.listGrants(customerId, {
        credit_entitlement_id: port.entitlementId,
        status: 'active',
        ...page,
      }),
  });
  return grants.filter((one) => one.remaining > 0);
}

const sourcedGrant = z
  .object({
    id,
    initial_amount: amount,
    remaining_amount: amount,
    expires_at: optionalInstant,
    is_expired: z.boolean(),
    source_id: optionalText,
    created_at: instant,
  })
  .transform(
    (told): SourcedGrant => ({
      id: told.id,
      initial: told.initial_amount,
      remaining: told.is_expired ? 0 : told.remaining_amount,
      expiresAt: told.expires_at,
      sourceId: told.source_id,
      createdAt: told.created_at,
    }),
  );

/** @returns every grant of our entitlement, also those that have ended @throws BillingError */
export async function readGrantHistory(port: LedgerPort, customerId: string): Promise<SourcedGrant[]> {
  return readAllPages(port.calls, {
    name: 'read all grants',
    share: 'usage',
    item: sourcedGrant,
    send: (page) =>
      port.client.creditEntitlements.balances.listGrants(customerId, {
        credit_entitlement_id: port.entitlementId,
        ...page,
      }),
  });
}
