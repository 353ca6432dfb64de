import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import { BillingError } from '../../core/billing.ts';
import type { Calls } from './calls.ts';
import { amount, id } from './shapes.ts';

/** Dodo takes amounts below 10^10 (https://docs.dodopayments.com/api-reference/credit-entitlements). */
const MOST_TOKENS = 10 ** 10 - 1;
const SAYS_INSUFFICIENT = /insufficient|not enough|OVERAGE_LIMIT_EXCEEDED/i;

interface DebitPort {
  client: DodoPayments;
  calls: Calls;
  entitlementId: string;
}

interface DebitRequest {
  customerId: string;
  tokens: number;
  idempotencyKey: string;
  reason: string;
}

/**
 * Takes tokens from the ledger by hand, once for an idempotency key.
 * @returns 'repeated' when Dodo knew the key (409): it was done before
 * @throws BillingError; RangeError for an amount that is no whole number of tokens or that Dodo does not take
 */
export async function debit(port: DebitPort, request: DebitRequest): Promise<'done' | 'repeated' | 'insufficient'> {
  if (!Number.isSafeInteger(request.tokens) || request.tokens < 1 || request.tokens > MOST_TOKENS) {
    throw new RangeError(`expected 1 to ${MOST_TOKENS} tokens to debit, came ${request.tokens}`);
  }
  try {
    await port.calls.once({
      name: 'debit tokens',
      share: 'usage',
      answer: z.object({ id }),
      send: () =>
        port.client.creditEntitlements.balances.createLedgerEntry(request.customerId, {
          credit_entitlement_id: port.entitlementId,
          entry_type: 'debit',
          amount: String(request.tokens),
          idempotency_key: request.idempotencyKey,
          reason: request.reason,
        }),
    });
    return 'done';
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    if (error.status === 409) return 'repeated';
    if (error.status === 400 && (await isInsufficient(port, request, error))) return 'insufficient';
    throw error;
  }
}

/**
 * Dodo answers 400 to a debit beyond the balance as to any wrong request, and publishes no code that tells them apart.
 * When the text does not say it, the balance does: a debit larger than what is there was refused for that.
 */
async function isInsufficient(port: DebitPort, request: DebitRequest, refusal: BillingError): Promise<boolean> {
  if (SAYS_INSUFFICIENT.test(refusal.message)) return true;
  try {
    const { balance } = await port.calls.read({
      name: 'read a balance',
      share: 'usage',
      answer: z.object({ balance: amount }),
      send: () =>
        port.client.creditEntitlements.balances.retrieve(request.customerId, {
          credit_entitlement_id: port.entitlementId,
        }),
    });
    return balance < request.tokens;
  } catch (error) {
    // A customer that never had a grant has no balance.
    if (error instanceof BillingError && error.status === 404) return true;
    throw error;
  }
}
