import type { Customer, GetDispute, Payment, Refund } from 'dodopayments/resources';
import type { CreditLedgerEntry } from 'dodopayments/resources/credit-entitlements/balances';
import { formatAmount } from './amount.ts';
import type {
  EntitlementRecord,
  EventRecord,
  MeterRecord,
  PortalRecord,
  ProductRecord,
  SessionRecord,
  SubscriptionRecord,
  WalletRecord,
} from './model.ts';

/** Everything the simulated vendor knows. Maps keep the order in which things were made. */
export class DodoStore {
  readonly customers = new Map<string, Customer>();
  readonly entitlements = new Map<string, EntitlementRecord>();
  readonly meters = new Map<string, MeterRecord>();
  readonly products = new Map<string, ProductRecord>();
  readonly events = new Map<string, EventRecord>();
  readonly sessions = new Map<string, SessionRecord>();
  readonly subscriptions = new Map<string, SubscriptionRecord>();
  readonly payments = new Map<string, Payment>();
  readonly refunds = new Map<string, Refund>();
  readonly disputes = new Map<string, GetDispute>();
  readonly portals = new Map<string, PortalRecord>();
  readonly wallets: WalletRecord[] = [];
  /** Idempotency keys of ledger entries made by API, with the row each one made. */
  readonly ledgerKeys = new Map<string, string>();
  /** Events the metering worker has not read yet, oldest first. */
  unread: EventRecord[] = [];

  wallet(customerId: string, entitlementId: string): WalletRecord | undefined {
    return this.wallets.find((wallet) => wallet.customerId === customerId && wallet.entitlementId === entitlementId);
  }

  walletsOf(customerId: string): WalletRecord[] {
    return this.wallets.filter((wallet) => wallet.customerId === customerId);
  }

  subscriptionsOf(customerId: string): SubscriptionRecord[] {
    return [...this.subscriptions.values()].filter((one) => one.resource.customer.customer_id === customerId);
  }

  paymentsOf(customerId: string): Payment[] {
    return [...this.payments.values()].filter((payment) => payment.customer.customer_id === customerId);
  }

  /** The customer's ledger rows of one entitlement (of all without one), oldest first. */
  ledger(customerId: string, entitlementId?: string): CreditLedgerEntry[] {
    return this.walletsOf(customerId)
      .filter((wallet) => entitlementId === undefined || wallet.entitlementId === entitlementId)
      .flatMap((wallet) => wallet.rows);
  }

  /** Balance and overage as decimal texts, or undefined for a customer who never had a grant of this entitlement. */
  balance(customerId: string, entitlementId: string): { balance: string; overage: string } | undefined {
    const wallet = this.wallet(customerId, entitlementId);
    if (wallet === undefined) return undefined;
    return { balance: formatAmount(wallet.balance), overage: formatAmount(wallet.overage) };
  }

  clear(): void {
    for (const map of [
      this.customers,
      this.entitlements,
      this.meters,
      this.products,
      this.events,
      this.sessions,
      this.subscriptions,
      this.payments,
      this.refunds,
      this.disputes,
      this.portals,
      this.ledgerKeys,
    ]) {
      map.clear();
    }
    this.wallets.length = 0;
    this.unread = [];
  }
}
