/**
 * What must stand at Dodo for the bot to sell, field by field, as far as it concerns us: the same shape for what is
 * wanted and for what is there, so that the two can be compared. Tokens are safe integers; times and spans are texts
 * as Dodo has them, such as "1 Month".
 */

export interface EntitlementSetup {
  name: string;
  unit: string;
  precision: number;
  expiresAfterDays: number | null;
  rollover: boolean;
  overage: boolean;
}

export interface MeterSetup {
  name: string;
  eventName: string;
  /** sum, count, max, last */
  aggregation: string;
  /** The property of the event's metadata that is aggregated. */
  over: string | null;
  unit: string;
  filtered: boolean;
}

export interface ProductSetup {
  name: string;
  /** Dodo's type of price: usage_based_price, recurring_price, one_time_price. */
  pricing: string;
  currency: string;
  cents: number;
  /** null: paid once. */
  paidEvery: string | null;
  /** The length of the contract, after which Dodo ends the subscription; null: paid once. */
  runsFor: string | null;
  /** Our meter, when it is attached. */
  meterId: string | null;
  /** The entitlement that it takes credits of. */
  meterTakesFrom: string | null;
  /** Decimal text. */
  unitsPerCredit: string | null;
  freeUnits: number | null;
  /** Ids of other meters on it, with commas between. */
  otherMeters: string;
  /** Credits of our entitlement in each purchase or cycle; null: none. */
  credits: number | null;
  creditsExpireAfterDays: number | null;
  rollover: boolean;
  overage: boolean;
  /** Null, like the next two, while overage is off. */
  overageBilling: string | null;
  /** Dodo's `price_per_unit`, a decimal text. */
  overagePrice: string | null;
  overageLimitTokens: number | null;
  /** Ids of other entitlements that it grants, with commas between. */
  otherCredits: string;
}

/** The event types of an endpoint without a filter. */
export const ALL_EVENTS = 'all';

/** Where Dodo sends webhooks. */
export interface EndpointSetup {
  url: string;
  disabled: boolean;
  /** In alphabetical order, with a comma and a space between; or ALL_EVENTS. */
  eventTypes: string;
}

/** What provisioning writes into the metadata of a product: whose it is, and under which key it is sold. */
export interface Mark {
  entitlementId: string;
  key: string;
}

export interface Standing<Setup> {
  id: string;
  setup: Setup;
}

/** A product that is sold now, as the list of them tells it. */
export interface ListedProduct {
  id: string;
  name: string | null;
  mark: Mark | null;
  /** The meters that bill for it, each with the entitlement whose credits it takes; null: it bills money. */
  meters: readonly { meterId: string; takesFrom: string | null }[];
}

/** An endpoint that was made for a bot is marked with that bot's entitlement. */
export interface ListedEndpoint extends Standing<EndpointSetup> {
  markedFor: string | null;
}

/** The ids that a product refers to. */
export interface ProductParts {
  entitlementId: string;
  meterId: string;
}

/**
 * The port to what stands at Dodo: nothing that is archived or deleted is told. Every call throws BillingError;
 * what creates is tried once, so that a lost answer makes nothing twice.
 */
export interface SetupPort {
  entitlements(): Promise<Standing<EntitlementSetup>[]>;
  createEntitlement(setup: EntitlementSetup): Promise<string>;
  updateEntitlement(id: string, setup: EntitlementSetup): Promise<void>;
  meters(): Promise<Standing<MeterSetup>[]>;
  createMeter(setup: MeterSetup): Promise<string>;
  products(): Promise<ListedProduct[]>;
  product(id: string, parts: ProductParts): Promise<ProductSetup>;
  createProduct(setup: ProductSetup, mark: Mark, parts: ProductParts): Promise<string>;
  /** Keeps what a setup does not tell, such as tax and discounts. */
  updateProduct(id: string, setup: ProductSetup, mark: Mark, parts: ProductParts): Promise<void>;
  endpoints(): Promise<ListedEndpoint[]>;
  createEndpoint(setup: EndpointSetup, entitlementId: string): Promise<string>;
  updateEndpoint(id: string, setup: EndpointSetup, entitlementId: string): Promise<void>;
  /** What its webhooks are signed with: a secret. */
  endpointSecret(id: string): Promise<string>;
}
