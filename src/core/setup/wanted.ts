import { type CatalogueTerms, type PackTerms, type PlanTerms, USAGE_EVENT_NAME } from '../catalogue.ts';
import { type OveragePriceUnit, overagePriceText } from './overage-cost.ts';
import type { EndpointSetup, EntitlementSetup, MeterSetup, ProductParts, ProductSetup } from './setup.ts';

/** What is to stand at Dodo. */
export interface Wanted {
  terms: CatalogueTerms;
  /** Before the plans' names. */
  brandName: string;
  overagePriceUnit: OveragePriceUnit;
  /** Where Dodo is to send webhooks. */
  webhookUrl: string;
  eventTypes: readonly string[];
}

/** The entitlement whose credits are the tokens; plans say for themselves what overage they allow. */
export function wantedEntitlement({ terms }: Wanted): EntitlementSetup {
  const { name, expiresAfterDays } = terms.entitlement;
  return { name, unit: 'token', precision: 0, expiresAfterDays, rollover: false, overage: false };
}

/** The meter that counts the tokens of our usage events. */
export function wantedMeter({ terms }: Wanted): MeterSetup {
  return {
    name: terms.meter.name,
    eventName: USAGE_EVENT_NAME,
    aggregation: 'sum',
    over: 'tokens',
    unit: 'tokens',
    filtered: false,
  };
}

/** @param parts Dodo's ids of the entitlement and the meter that stand on it */
export function wantedPlan(wanted: Wanted, plan: PlanTerms, parts: ProductParts): ProductSetup {
  const price = plan.overageMicroDollars;
  return {
    name: `${wanted.brandName} ${plan.name}`,
    pricing: 'usage_based_price',
    currency: 'USD',
    cents: plan.monthlyCents,
    paidEvery: '1 Month',
    // The contract's length, not the cycle's: a month would end the plan after its first cycle.
    runsFor: '10 Year',
    meterId: parts.meterId,
    meterTakesFrom: parts.entitlementId,
    unitsPerCredit: '1',
    freeUnits: 0,
    otherMeters: '',
    credits: plan.tokensPerCycle,
    creditsExpireAfterDays: plan.expiresAfterDays,
    rollover: false,
    overage: price !== null,
    overageBilling: price === null ? null : 'invoice_at_billing',
    overagePrice: price === null ? null : overagePriceText(price, wanted.overagePriceUnit),
    overageLimitTokens: price === null ? null : plan.overageLimitTokens,
    otherCredits: '',
  };
}

/** A product that is paid once; its credits are part of it, no meter. */
export function wantedPack(pack: PackTerms): ProductSetup {
  return {
    name: pack.name,
    pricing: 'one_time_price',
    currency: 'USD',
    cents: pack.cents,
    paidEvery: null,
    runsFor: null,
    meterId: null,
    meterTakesFrom: null,
    unitsPerCredit: null,
    freeUnits: null,
    otherMeters: '',
    credits: pack.tokens,
    creditsExpireAfterDays: pack.expiresAfterDays,
    rollover: false,
    overage: false,
    overageBilling: null,
    overagePrice: null,
    overageLimitTokens: null,
    otherCredits: '',
  };
}

/** The webhook endpoint, for just the event types that are read; these in one text, so that they compare. */
export function wantedEndpoint(wanted: Wanted): EndpointSetup {
  return { url: wanted.webhookUrl, disabled: false, eventTypes: wanted.eventTypes.toSorted().join(', ') };
}
