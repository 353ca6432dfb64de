import { z } from 'zod';
import type { LedgerRow } from '../../../core/dodo/billing.ts';
import { amount, id, instant, optionalText } from '../shapes.ts';

/** A row of Dodo's credit ledger, as webhooks and listings carry it (`CreditLedgerEntry`). */
export const ledgerRow = z
  .object({
    id,
    business_id: id,
    credit_entitlement_id: id,
    customer_id: id,
    transaction_type: id,
    is_credit: z.boolean(),
    amount,
    balance_before: amount,
    balance_after: amount,
    overage_before: amount,
    overage_after: amount,
    created_at: instant,
    grant_id: optionalText,
    reference_type: optionalText,
    reference_id: optionalText,
  })
  .transform(
    (row): LedgerRow => ({
      id: row.id,
      businessId: row.business_id,
      entitlementId: row.credit_entitlement_id,
      customerId: row.customer_id,
      type: row.transaction_type,
      isCredit: row.is_credit,
      amount: row.amount,
      balanceBefore: row.balance_before,
      balanceAfter: row.balance_after,
      overageBefore: row.overage_before,
      overageAfter: row.overage_after,
      createdAt: row.created_at,
      grantId: row.grant_id,
      referenceType: row.reference_type,
      referenceId: row.reference_id,
    }),
  );
