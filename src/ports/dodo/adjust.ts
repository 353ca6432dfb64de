import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import { type AdjustOutcome, type AdjustRequest, BillingError } from '../../core/dodo/billing.ts';
import type { Calls } from './calls.ts';
import { amount, id } from './shapes.ts';

/** Dodo takes amounts below 10^10 (https://docs.dodopayments.com/api-reference/credit-entitlements). */
const MOST_TOKENS = 10 ** 10 - 1;
const SAYS_INSUFFICIENT = /insufficient|not enough|OVERAGE_LIMIT_EXCEEDED/i;

export interface AdjustPort {
  client: DodoPayments;
  calls: Calls;
  entitlementId: string;
}

/**
 * Debits or credits the ledger by hand, once for an idempotency key. The SDK does not retry it: it would take the
 * 409 of its own second attempt for a failure.
 * @throws BillingError; RangeError for an amount that is no whole number of tokens or that Dodo does not take
 */
export async function adjust(port: AdjustPort, request: AdjustRequest): Promise<AdjustOutcome> {
  if (!Number.isSafeInteger(request.tokens) || request.tokens < 1 || request.tokens > MOST_TOKENS) {
    throw new RangeError(`expected 1 to ${MOST_TOKENS} tokens to ${request.direction}, came ${request.tokens}`);
  }
  const { expiresAt = null } = request;
  try {
    const entry = await port.calls.once({
      name: `${request.direction} tokens`,
      share: 'usage',
      answer: z.object({ id }),
      send: () =>
        port.client.creditEntitlements.balances.createLedgerEntry(request.customerId, {
          credit_entitlement_id: port.entitlementId,
          entry_type: request.direction,
          amount: String(request.tokens),
          idempotency_key: request.idempotencyKey,
          reason: request.reason,
          ...(expiresAt === null ? {} : { expires_at: new Date(expiresAt).toISOString() }),
        }),
    });
    return { kind: 'done', rowId: entry.id };
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    if (error.status === 409) return { kind: 'repeated' };
    const mayBeShort = error.status === 400 && request.direction === 'debit';
    if (mayBeShort && (await isInsufficient(port, request, error))) return { kind: 'insufficient' };
    throw error;
  }
}

/**
 * Dodo answers 400 to a debit beyond the balance as to any wrong request, and publishes no code that tells them apart.
 * When the text does not say it, the balance does: a debit larger than what is there was refused for that.
 */
async function isInsufficient(port: AdjustPort, request: AdjustRequest, refusal: BillingError): Promise<boolean> {
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
