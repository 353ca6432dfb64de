import type { CreditEntitlementMappingResponse } from 'dodopayments/resources';
import { parseAmount } from './amount.ts';
import { addDays, addInterval } from './clock.ts';
import { addGrant, openWallet } from './credit-book.ts';
import type { RolloverRule } from './ledger.ts';
import type { RowSource } from './ledger-row.ts';
import type { World } from './world.ts';

export interface AttachedGrant {
  customerId: string;
  sourceType: 'subscription' | 'one_time';
  /** A decimal text of credits. */
  creditsAmount: string;
  /** When it ends, in ms; without it the attachment's days count. */
  expiresAt?: number | null;
}

/** Grants what a product carries, with the rules of its attachment. Metadata is that of the payment or subscription. */
export function grantAttached(
  world: World,
  attachment: CreditEntitlementMappingResponse,
  grant: AttachedGrant,
  source: RowSource,
): void {
  const now = world.clock.now();
  const days = attachment.expires_after_days ?? null;
  const byDays = days === null ? null : addDays(now, days);
  addGrant(
    world,
    openWallet(world, grant.customerId, attachment.credit_entitlement_id),
    {
      amount: parseAmount(grant.creditsAmount),
      sourceType: grant.sourceType,
      expiresAt: grant.expiresAt === undefined ? byDays : grant.expiresAt,
      rollover: rolloverRule(attachment),
      repaysOverage: attachment.overage_behavior === 'carry_deficit_auto_repay',
      rowType: 'credit_added',
    },
    source,
  );
}

function rolloverRule(attachment: CreditEntitlementMappingResponse): RolloverRule | null {
  if (!attachment.rollover_enabled) return null;
  const count = attachment.rollover_timeframe_count ?? null;
  const interval = attachment.rollover_timeframe_interval ?? null;
  return {
    percentage: attachment.rollover_percentage ?? 100,
    maxCount: attachment.max_rollover_count ?? null,
    lastsMs: count === null || interval === null ? null : addInterval(0, count, interval),
  };
}
