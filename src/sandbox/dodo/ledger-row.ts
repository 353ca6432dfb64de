import type { Metadata, WebhookEventType } from 'dodopayments/resources';
import type { CreditLedgerEntry } from 'dodopayments/resources/credit-entitlements/balances';
import { formatAmount } from './amount.ts';
import { isoTime } from './clock.ts';
import type { WalletRecord } from './model.ts';
import type { World } from './world.ts';

export type TransactionType = CreditLedgerEntry['transaction_type'];

/** What a ledger row points to. */
export interface RowSource {
  referenceType: 'subscription' | 'payment' | 'api' | null;
  referenceId: string | null;
  metadata: Metadata;
  description: string | null;
}

/** What a row does. Amounts in 10^-10 credits. */
export interface RowChange {
  amount: bigint;
  isCredit: boolean;
  balanceDelta: bigint;
  overageDelta: bigint;
  grantId: string | null;
}

const EVENT_OF_ROW: Partial<Record<TransactionType, WebhookEventType>> = {
  credit_added: 'credit.added',
  credit_deducted: 'credit.deducted',
  credit_expired: 'credit.expired',
  credit_rolled_over: 'credit.rolled_over',
  rollover_forfeited: 'credit.rollover_forfeited',
  overage_charged: 'credit.overage_charged',
  overage_reset: 'credit.overage_reset',
  manual_adjustment: 'credit.manual_adjustment',
};

/** Writes a row that joins on to the one before, changes the wallet by it, and announces it. */
export function postRow(
  world: World,
  wallet: WalletRecord,
  type: TransactionType,
  change: RowChange,
  source: RowSource,
): CreditLedgerEntry {
  const now = world.clock.now();
  const balanceAfter = wallet.balance + change.balanceDelta;
  const overageAfter = wallet.overage + change.overageDelta;
  const row: CreditLedgerEntry = {
    id: world.newId('cdl'),
    business_id: world.businessId,
    brand_id: world.brandId,
    customer_id: wallet.customerId,
    credit_entitlement_id: wallet.entitlementId,
    transaction_type: type,
    amount: formatAmount(change.amount),
    is_credit: change.isCredit,
    balance_before: formatAmount(wallet.balance),
    balance_after: formatAmount(balanceAfter),
    overage_before: formatAmount(wallet.overage),
    overage_after: formatAmount(overageAfter),
    grant_id: change.grantId,
    reference_id: source.referenceId,
    reference_type: source.referenceType,
    description: source.description,
    metadata: source.metadata,
    created_at: isoTime(now),
  };
  wallet.balance = balanceAfter;
  wallet.overage = overageAfter;
  wallet.updatedAt = now;
  wallet.rows.push(row);
  const event = EVENT_OF_ROW[type];
  if (event !== undefined) world.emit(event, 'CreditLedgerEntry', () => row);
  return row;
}
