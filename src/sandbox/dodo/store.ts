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
  readonly #wallets = new Map<string, Map<string, WalletRecord>>();
  readonly #subscriptionsByCustomer = new Map<string, SubscriptionRecord[]>();
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
  /** Idempotency keys of ledger entries made by API, with the row each one made. */
  readonly ledgerKeys = new Map<string, string>();
  /** Events the metering worker has not read yet, oldest first. */
  unread: EventRecord[] = [];

  wallet(customerId: string, entitlementId: string): WalletRecord | undefined {
    return this.#wallets.get(customerId)?.get(entitlementId);
  }

  walletsOf(customerId: string): WalletRecord[] {
    return [...(this.#wallets.get(customerId)?.values() ?? [])];
  }

  /** Every wallet, by customer in the order of their first one. */
  allWallets(): WalletRecord[] {
    return [...this.#wallets.values()].flatMap((wallets) => [...wallets.values()]);
  }

  addWallet(wallet: WalletRecord): void {
    const wallets = this.#wallets.get(wallet.customerId) ?? new Map<string, WalletRecord>();
    this.#wallets.set(wallet.customerId, wallets.set(wallet.entitlementId, wallet));
  }

  subscriptionsOf(customerId: string): readonly SubscriptionRecord[] {
    return this.#subscriptionsByCustomer.get(customerId) ?? [];
  }

  addSubscription(record: SubscriptionRecord): void {
    const { subscription_id: id, customer } = record.resource;
    this.subscriptions.set(id, record);
    const others = this.#subscriptionsByCustomer.get(customer.customer_id) ?? [];
    this.#subscriptionsByCustomer.set(customer.customer_id, [...others, record]);
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
      this.#wallets,
      this.#subscriptionsByCustomer,
    ]) {
      map.clear();
    }
    this.unread = [];
  }
}
