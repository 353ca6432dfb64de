import type { AdjustRequest } from '../../core/dodo/billing.ts';
import { type AdjustPort, adjust } from './adjust.ts';

type DebitRequest = Omit<AdjustRequest, 'direction' | 'expiresAt'>;

/**
 * Takes tokens from the ledger by hand, once for an idempotency key.
 * @returns 'repeated' when Dodo knew the key (409): it was done before
 * @throws BillingError; RangeError for an amount that is no whole number of tokens or that Dodo does not take
 */
export async function debit(port: AdjustPort, request: DebitRequest): Promise<'done' | 'repeated' | 'insufficient'> {
  return (await adjust(port, { ...request, direction: 'debit' })).kind;
}
