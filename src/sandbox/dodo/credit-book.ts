import type { CreditLedgerEntry } from 'dodopayments/resources/credit-entitlements/balances';
import {
  type OverageTerms,
  planDraw,
  planExpiry,
  planOverage,
  precisionStep,
  type RolloverRule,
  smallerAmount,
} from './ledger.ts';
import { postRow, type RowSource, type TransactionType } from './ledger-row.ts';
import type { GrantRecord, WalletRecord } from './model.ts';
import type { World } from './world.ts';

export interface NewGrant {
  amount: bigint;
  sourceType: GrantRecord['sourceType'];
  expiresAt: number | null;
  rollover: RolloverRule | null;
  /** carry_deficit_auto_repay: new credits pay back overage first. */
  repaysOverage: boolean;
  rowType: TransactionType;
  parent?: GrantRecord;
}

/** The customer's wallet of an entitlement, made at the first grant. */
export function openWallet(world: World, customerId: string, entitlementId: string): WalletRecord {
  const known = world.store.wallet(customerId, entitlementId);
  if (known !== undefined) return known;
  const now = world.clock.now();
  const wallet: WalletRecord = {
    id: world.newId('cdb'),
    customerId,
    entitlementId,
    balance: 0n,
    overage: 0n,
    grants: [],
    rows: [],
    createdAt: now,
    updatedAt: now,
    restUnits: new Map(),
  };
  world.store.addWallet(wallet);
  return wallet;
}

/** Adds a grant and its ledger row. */
export function addGrant(world: World, wallet: WalletRecord, grant: NewGrant, source: RowSource): CreditLedgerEntry {
  const now = world.clock.now();
  const repaid = grant.repaysOverage ? smallerAmount(wallet.overage, grant.amount) : 0n;
  const record: GrantRecord = {
    id: world.newId('cdg'),
    initial: grant.amount,
    remaining: grant.amount - repaid,
    sourceType: grant.sourceType,
    sourceId: source.referenceId,
    parentGrantId: grant.parent?.id ?? null,
    expiresAt: grant.expiresAt,
    expired: false,
    rolloverCount: grant.parent === undefined ? 0 : grant.parent.rolloverCount + 1,
    rollover: grant.rollover,
    metadata: source.metadata,
    createdAt: now,
    updatedAt: now,
  };
  wallet.grants.push(record);
  // A roll-over moves credits from one grant to the next: the balance stays.
  const balanceDelta = grant.parent === undefined ? record.remaining : 0n;
  const change = { amount: grant.amount, isCredit: true, balanceDelta, overageDelta: -repaid, grantId: record.id };
  return postRow(world, wallet, grant.rowType, change, source);
}

/**
 * Takes metered credits: grants first, then overage as far as the terms allow.
 * @returns what nobody pays for, in 10^-10 credits
 */
export function deductUsage(
  world: World,
  wallet: WalletRecord,
  amount: bigint,
  terms: OverageTerms,
  source: RowSource,
): bigint {
  const taken = drawGrants(world, wallet, amount);
  const total = taken.draws.reduce((sum, draw) => sum + draw.amount, 0n);
  if (world.switches.rowsPer === 'grant') {
    for (const draw of taken.draws) {
      postRow(
        world,
        wallet,
        'credit_deducted',
        { amount: draw.amount, isCredit: false, balanceDelta: -draw.amount, overageDelta: 0n, grantId: draw.grantId },
        source,
      );
    }
  } else if (total > 0n) {
    postRow(
      world,
      wallet,
      'credit_deducted',
      { amount: total, isCredit: false, balanceDelta: -total, overageDelta: 0n, grantId: onlyGrant(taken.draws) },
      source,
    );
  }
  const { charged, refused } = planOverage(wallet.overage, taken.short, terms);
  if (charged > 0n) {
    const overage = { ...source, description: 'Usage beyond balance charged as overage' };
    postRow(
      world,
      wallet,
      'overage_charged',
      { amount: charged, isCredit: false, balanceDelta: 0n, overageDelta: charged, grantId: null },
      overage,
    );
  }
  return refused;
}

/**
 * Takes credits by hand as one row.
 * @returns the row, or undefined when the balance is too small: nothing is taken then
 */
export function debitByHand(
  world: World,
  wallet: WalletRecord,
  amount: bigint,
  source: RowSource,
): CreditLedgerEntry | undefined {
  if (wallet.balance < amount) return undefined;
  const { draws } = drawGrants(world, wallet, amount);
  return postRow(
    world,
    wallet,
    world.switches.debitRowType,
    { amount, isCredit: false, balanceDelta: -amount, overageDelta: 0n, grantId: onlyGrant(draws) },
    source,
  );
}

/** Sets the overage back to nothing, with its row. */
export function resetOverage(world: World, wallet: WalletRecord, source: RowSource): void {
  if (wallet.overage === 0n) return;
  const gone = wallet.overage;
  postRow(
    world,
    wallet,
    'overage_reset',
    { amount: gone, isCredit: false, balanceDelta: 0n, overageDelta: -gone, grantId: null },
    source,
  );
}

/** Ends a grant: what is left is rolled over, forfeited or expired, in that order. */
export function expireGrant(world: World, wallet: WalletRecord, grant: GrantRecord): void {
  const now = world.clock.now();
  const entitlement = world.store.entitlements.get(wallet.entitlementId);
  const step = precisionStep(entitlement?.resource.precision ?? 0);
  const plan = planExpiry(grant.remaining, grant.rolloverCount, grant.rollover, step);
  const source: RowSource = {
    referenceType:
      grant.sourceType === 'subscription' ? 'subscription' : grant.sourceType === 'api' ? 'api' : 'payment',
    referenceId: grant.sourceId,
    metadata: grant.metadata,
    description: 'Unused credits expired',
  };
  grant.remaining = 0n;
  grant.expired = true;
  grant.updatedAt = now;
  if (plan.rolled > 0n) {
    const lastsMs = grant.rollover?.lastsMs ?? null;
    addGrant(
      world,
      wallet,
      {
        amount: plan.rolled,
        sourceType: 'rollover',
        expiresAt: lastsMs === null ? null : now + lastsMs,
        rollover: grant.rollover,
        repaysOverage: false,
        rowType: 'credit_rolled_over',
        parent: grant,
      },
      { ...source, description: 'Unused credits rolled over' },
    );
  }
  if (plan.forfeited > 0n) {
    const forfeited = { ...source, description: 'Rollover count used up' };
    postRow(
      world,
      wallet,
      'rollover_forfeited',
      { amount: plan.forfeited, isCredit: false, balanceDelta: -plan.forfeited, overageDelta: 0n, grantId: grant.id },
      forfeited,
    );
  }
  if (plan.expired > 0n) {
    postRow(
      world,
      wallet,
      'credit_expired',
      { amount: plan.expired, isCredit: false, balanceDelta: -plan.expired, overageDelta: 0n, grantId: grant.id },
      source,
    );
  }
}

function drawGrants(world: World, wallet: WalletRecord, amount: bigint): ReturnType<typeof planDraw> {
  const plan = planDraw(wallet.grants, amount, world.switches.grantOrder);
  for (const draw of plan.draws) {
    const grant = wallet.grants.find((one) => one.id === draw.grantId);
    if (grant === undefined) continue;
    grant.remaining -= draw.amount;
    grant.updatedAt = world.clock.now();
  }
  return plan;
}

function onlyGrant(draws: { grantId: string }[]): string | null {
  return draws.length === 1 ? (draws[0]?.grantId ?? null) : null;
}
