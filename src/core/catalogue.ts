/**
 * What is sold. The terms are the operator's (`catalogue.json`), by default those of the design; the ids are Dodo's and
 * come from the configuration. A key is a product's name among us: one word, the same in commands and in variables.
 */

export type PlanKey = string;
export type ProductKey = string;

export interface PlanTerms {
  key: PlanKey;
  /** As members read it, after the brand's name. */
  name: string;
  monthlyCents: number;
  tokensPerCycle: number;
  /** Of a cycle's tokens. */
  expiresAfterDays: number;
  /** Micro-dollars per token beyond the credits; null: blocked at zero. */
  overageMicroDollars: number | null;
  /** The most overage that Dodo lets a cycle run up; null: no limit there. */
  overageLimitTokens: number | null;
}

/** Tokens that are bought once. */
export interface PackTerms {
  key: ProductKey;
  name: string;
  cents: number;
  tokens: number;
  expiresAfterDays: number;
}

export interface CatalogueTerms {
  /** Dodo's credit entitlement, of which every token is. Its expiry is only the default of what is attached to products. */
  entitlement: { name: string; expiresAfterDays: number };
  meter: { name: string };
  plans: readonly [PlanTerms, ...PlanTerms[]];
  packs: readonly [PackTerms, ...PackTerms[]];
}

export interface Plan extends PlanTerms {
  productId: string;
}

export interface Pack extends PackTerms {
  productId: string;
}

export interface Catalogue extends CatalogueTerms {
  entitlementId: string;
  plans: readonly [Plan, ...Plan[]];
  /** The first is what a top-up is when no other is asked for. */
  packs: readonly [Pack, ...Pack[]];
}

/** The name of the usage event that the meter sums. */
export const USAGE_EVENT_NAME = 'api.tokens_used';

export const DEFAULT_TERMS: CatalogueTerms = {
  entitlement: { name: 'API Tokens', expiresAfterDays: 30 },
  meter: { name: 'Token Usage Meter' },
  plans: [
    {
      key: 'starter',
      name: 'Starter',
      monthlyCents: 2_900,
      tokensPerCycle: 10_000_000,
      expiresAfterDays: 30,
      overageMicroDollars: null,
      overageLimitTokens: null,
    },
    {
      key: 'pro',
      name: 'Pro',
      monthlyCents: 9_900,
      tokensPerCycle: 40_000_000,
      expiresAfterDays: 30,
      overageMicroDollars: 5,
      overageLimitTokens: null,
    },
  ],
  packs: [{ key: 'topup', name: 'Token Top-Up Pack', cents: 1_900, tokens: 5_000_000, expiresAfterDays: 365 }],
};

/**
 * @param ids Dodo's ids of what was created there, those of products by key
 * @throws Error naming a key that has no id
 */
export function createCatalogue(
  terms: CatalogueTerms,
  ids: { entitlementId: string; productIds: Readonly<Record<ProductKey, string>> },
): Catalogue {
  const sold = <Terms extends { key: ProductKey }>(one: Terms): Terms & { productId: string } => {
    const productId = ids.productIds[one.key];
    if (productId === undefined) throw new Error(`expected a product id of "${one.key}", got none`);
    return { ...one, productId };
  };
  const [plan, ...plans] = terms.plans;
  const [pack, ...packs] = terms.packs;
  return {
    ...terms,
    entitlementId: ids.entitlementId,
    plans: [sold(plan), ...plans.map(sold)],
    packs: [sold(pack), ...packs.map(sold)],
  };
}

/** @returns the plan of this key, or null */
export function planOf(catalogue: Catalogue, key: string): Plan | null {
  return catalogue.plans.find((plan) => plan.key === key) ?? null;
}

/** @returns the pack of this key, or null */
export function packOf(catalogue: Catalogue, key: string): Pack | null {
  return catalogue.packs.find((pack) => pack.key === key) ?? null;
}

/** @returns the plan that a Dodo product is, or null */
export function planOfProduct(catalogue: Catalogue, productId: string): Plan | null {
  return catalogue.plans.find((plan) => plan.productId === productId) ?? null;
}

/** @returns Dodo's id of what is sold under this key, or null when nothing is */
export function productIdOf(catalogue: Catalogue, key: ProductKey): string | null {
  return (planOf(catalogue, key) ?? packOf(catalogue, key))?.productId ?? null;
}
