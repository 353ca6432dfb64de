import type {
  CheckoutSessionCreateParams,
  CreditEntitlement,
  Event,
  Metadata,
  Meter,
  Product,
  Subscription,
  SubscriptionChangePlanParams,
} from 'dodopayments/resources';
import type { CreditLedgerEntry } from 'dodopayments/resources/credit-entitlements/balances';
import type { RolloverRule } from './ledger.ts';

/** A grant of credits. Amounts in 10^-10 credits, times in ms. */
export interface GrantRecord {
  id: string;
  initial: bigint;
  remaining: bigint;
  sourceType: 'subscription' | 'one_time' | 'addon' | 'api' | 'rollover';
  sourceId: string | null;
  parentGrantId: string | null;
  expiresAt: number | null;
  expired: boolean;
  rolloverCount: number;
  rollover: RolloverRule | null;
  metadata: Metadata;
  createdAt: number;
  updatedAt: number;
}

/** What one customer has of one entitlement. Amounts in 10^-10 credits, times in ms. */
export interface WalletRecord {
  id: string;
  customerId: string;
  entitlementId: string;
  balance: bigint;
  overage: bigint;
  grants: GrantRecord[];
  /** Ledger rows, oldest first. */
  rows: CreditLedgerEntry[];
  createdAt: number;
  updatedAt: number;
  /** Metered units that did not make up a whole credit step yet, by meter. */
  restUnits: Map<string, bigint>;
}

export interface EntitlementRecord {
  resource: CreditEntitlement;
  deleted: boolean;
}

export interface MeterRecord {
  resource: Meter;
  archived: boolean;
}

export interface ProductRecord {
  resource: Product;
  archived: boolean;
}

export interface EventRecord {
  event: Event;
  metered: boolean;
}

export interface SessionRecord {
  id: string;
  createdAt: number;
  expiresAt: number;
  request: CheckoutSessionCreateParams;
  /** The customer of the first attempt; later attempts of the session keep it. */
  customerId: string | null;
  paymentId: string | null;
  paid: boolean;
}

export interface SubscriptionRecord {
  /** As the API shows it, except for the live balances in the cart. */
  resource: Subscription;
  /** A change of plan whose payment has failed so far. */
  pendingChange: SubscriptionChangePlanParams | null;
  /** Overage price in whole currency units a credit, by entitlement. */
  overagePrice: Map<string, bigint>;
  /** Units consumed in each billing period, by meter, newest period last. */
  periods: { start: number; end: number; units: Map<string, bigint> }[];
}

export interface PortalRecord {
  token: string;
  customerId: string;
  returnUrl: string | null;
  expiresAt: number;
}
