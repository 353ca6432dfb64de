import type {
  BalanceCreateLedgerEntryParams,
  BalanceCreateLedgerEntryResponse,
  BalanceListGrantsResponse,
  CreditLedgerEntry,
  CustomerCreditBalance,
} from 'dodopayments/resources/credit-entitlements/balances';
import { formatAmount } from '../amount.ts';
import { isoTime } from '../clock.ts';
import { findEntitlement } from '../entitlements.ts';
import { notFound } from '../errors.ts';
import { figure } from '../figures.ts';
import { createLedgerEntry } from '../ledger-entries.ts';
import type { GrantRecord, WalletRecord } from '../model.ts';
import { newestFirst, param, type Route, readBody, readDate, within } from '../routing.ts';
import type { World } from '../world.ts';
import { ledgerEntryBody } from './schemas.ts';

const BASE = '/credit-entitlements/{credit_entitlement_id}/balances';

/** https://docs.dodopayments.com/api-reference/credit-entitlements (balances, grants, ledger) */
export function balanceRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      path: BASE,
      handle: (request) => {
        const { id } = findEntitlement(world, param(request, 'credit_entitlement_id'));
        const wanted = request.query.customer_id;
        const wallets = world.store
          .allWallets()
          .filter((wallet) => wallet.entitlementId === id && (wanted === undefined || wallet.customerId === wanted));
        return {
          status: 200,
          body: newestFirst(
            wallets.map((wallet) => balanceView(world, wallet)),
            request.query,
          ),
        };
      },
    },
    {
      method: 'GET',
      path: `${BASE}/{customer_id}`,
      handle: (request) => {
        const { id } = findEntitlement(world, param(request, 'credit_entitlement_id'));
        const customerId = param(request, 'customer_id');
        const wallet = world.store.wallet(customerId, id);
        if (wallet === undefined) throw notFound('Customer balance of', customerId);
        return { status: 200, body: balanceView(world, wallet) };
      },
    },
    {
      method: 'GET',
      path: `${BASE}/{customer_id}/grants`,
      handle: (request) => {
        const { id } = findEntitlement(world, param(request, 'credit_entitlement_id'));
        const wallet = world.store.wallet(param(request, 'customer_id'), id);
        const { status } = request.query;
        const grants = (wallet?.grants ?? []).filter((grant) => status === undefined || grantStatus(grant) === status);
        return {
          status: 200,
          body: newestFirst(wallet === undefined ? [] : grants.map((grant) => grantView(wallet, grant)), request.query),
        };
      },
    },
    {
      method: 'GET',
      path: `${BASE}/{customer_id}/ledger`,
      handle: (request) => {
        const { id } = findEntitlement(world, param(request, 'credit_entitlement_id'));
        const { query } = request;
        const from = readDate(query, 'start_date');
        const to = readDate(query, 'end_date');
        const rows: CreditLedgerEntry[] = world.store
          .ledger(param(request, 'customer_id'), id)
          .filter((row) => within(row.created_at, from, to))
          .filter((row) => query.transaction_type === undefined || row.transaction_type === query.transaction_type);
        return { status: 200, body: newestFirst(rows, query) };
      },
    },
    {
      method: 'POST',
      path: `${BASE}/{customer_id}/ledger-entries`,
      handle: (request) => {
        const entitlementId = param(request, 'credit_entitlement_id');
        const body = readBody<BalanceCreateLedgerEntryParams>(ledgerEntryBody, request.body);
        const params = { ...body, credit_entitlement_id: entitlementId };
        const reply: BalanceCreateLedgerEntryResponse = createLedgerEntry(world, param(request, 'customer_id'), params);
        return { status: 201, body: reply };
      },
    },
  ];
}

function balanceView(world: World, wallet: WalletRecord): CustomerCreditBalance {
  return {
    id: wallet.id,
    customer_id: wallet.customerId,
    credit_entitlement_id: wallet.entitlementId,
    balance: figure(world, formatAmount(wallet.balance)),
    overage: figure(world, formatAmount(wallet.overage)),
    created_at: isoTime(wallet.createdAt),
    updated_at: isoTime(wallet.updatedAt),
    last_transaction_at: wallet.rows.at(-1)?.created_at ?? null,
  };
}

function grantStatus(grant: GrantRecord): 'active' | 'expired' | 'depleted' {
  if (grant.expired) return 'expired';
  return grant.remaining === 0n ? 'depleted' : 'active';
}

function grantView(wallet: WalletRecord, grant: GrantRecord): BalanceListGrantsResponse {
  return {
    id: grant.id,
    customer_id: wallet.customerId,
    credit_entitlement_id: wallet.entitlementId,
    initial_amount: formatAmount(grant.initial),
    remaining_amount: formatAmount(grant.remaining),
    source_type: grant.sourceType,
    source_id: grant.sourceId,
    parent_grant_id: grant.parentGrantId,
    expires_at: grant.expiresAt === null ? null : isoTime(grant.expiresAt),
    is_expired: grant.expired,
    is_rolled_over: grant.sourceType === 'rollover',
    rollover_count: grant.rolloverCount,
    metadata: grant.metadata,
    created_at: isoTime(grant.createdAt),
    updated_at: isoTime(grant.updatedAt),
  };
}
