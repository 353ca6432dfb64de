import type {
  BalanceCreateLedgerEntryParams,
  BalanceCreateLedgerEntryResponse,
} from 'dodopayments/resources/credit-entitlements/balances';
import { parseAmount } from './amount.ts';
import { addGrant, debitByHand, openWallet } from './credit-book.ts';
import { findCustomer } from './customers.ts';
import { findEntitlement } from './entitlements.ts';
import { DodoApiError, notFound } from './errors.ts';
import { precisionStep } from './ledger.ts';
import type { RowSource } from './ledger-row.ts';
import { watchingBalance } from './low-balance.ts';
import type { World } from './world.ts';

/** The vendor's column is NUMERIC(38,28): whole parts of ten digits. */
const MOST_CREDITS = 10n ** 10n;

/**
 * Credits or debits by hand. A credit is a new grant; a debit never makes overage.
 * @throws DodoApiError 400 for a bad amount or too small a balance, 404, and 409 when the idempotency key was used
 */
export function createLedgerEntry(
  world: World,
  customerId: string,
  params: BalanceCreateLedgerEntryParams,
): BalanceCreateLedgerEntryResponse {
  const entitlement = findEntitlement(world, params.credit_entitlement_id);
  findCustomer(world, customerId);
  const amount = readEntryAmount(params.amount, entitlement.precision);
  const key = params.idempotency_key ?? null;
  if (key !== null && world.store.ledgerKeys.has(key)) {
    throw new DodoApiError(409, 'IDEMPOTENCY_KEY_ALREADY_EXISTS', `The idempotency key ${key} was used before`);
  }
  const source: RowSource = {
    referenceType: 'api',
    referenceId: null,
    // Rows of API entries carry no metadata of their own: the vendor documents it as that of the grant's source.
    metadata: {},
    description: params.reason ?? null,
  };
  const row = params.entry_type === 'credit' ? credit(world, customerId, params, amount, source) : debit();
  if (key !== null) world.store.ledgerKeys.set(key, row.id);
  return {
    id: row.id,
    customer_id: customerId,
    credit_entitlement_id: entitlement.id,
    entry_type: params.entry_type,
    is_credit: row.is_credit,
    amount: row.amount,
    balance_before: row.balance_before,
    balance_after: row.balance_after,
    overage_before: row.overage_before,
    overage_after: row.overage_after,
    grant_id: row.grant_id ?? null,
    reason: params.reason ?? null,
    metadata: params.metadata ?? {},
    created_at: row.created_at,
  };

  function debit() {
    const wallet = world.store.wallet(customerId, params.credit_entitlement_id);
    if (wallet === undefined) throw notFound('Customer balance of', customerId);
    const made = watchingBalance(world, wallet, () => debitByHand(world, wallet, amount, source));
    if (made === undefined) {
      throw new DodoApiError(400, 'INSUFFICIENT_BALANCE', `The balance does not cover ${params.amount}`);
    }
    return made;
  }
}

function credit(
  world: World,
  customerId: string,
  params: BalanceCreateLedgerEntryParams,
  amount: bigint,
  source: RowSource,
) {
  const expiresAt = params.expires_at ? Date.parse(params.expires_at) : null;
  if (expiresAt !== null && !(expiresAt > world.clock.now())) {
    throw new DodoApiError(400, 'INVALID_REQUEST_PARAMETERS', `expires_at must lie ahead, got ${params.expires_at}`);
  }
  return addGrant(
    world,
    openWallet(world, customerId, params.credit_entitlement_id),
    {
      amount,
      sourceType: 'api',
      expiresAt,
      rollover: null,
      repaysOverage: false,
      rowType: world.switches.creditRowType,
    },
    source,
  );
}

function readEntryAmount(text: string, precision: number): bigint {
  let amount: bigint;
  try {
    amount = parseAmount(text);
  } catch (error) {
    throw new DodoApiError(400, 'INVALID_REQUEST_PARAMETERS', `amount: ${error instanceof Error ? error.message : ''}`);
  }
  if (amount <= 0n || amount >= MOST_CREDITS * parseAmount('1')) {
    throw new DodoApiError(400, 'INVALID_REQUEST_PARAMETERS', `amount must be above 0 and below 10^10, got ${text}`);
  }
  if (amount % precisionStep(precision) !== 0n) {
    throw new DodoApiError(400, 'INVALID_REQUEST_PARAMETERS', `amount has more than ${precision} decimal places`);
  }
  return amount;
}
