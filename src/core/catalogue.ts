/** What is sold. The amounts are the catalogue of the design; the ids are Dodo's and come from the configuration. */

export type PlanKey = 'starter' | 'pro';
export type ProductKey = PlanKey | 'topup';

export interface Plan {
  key: PlanKey;
  /** As members read it, after the brand's name. */
  name: string;
  productId: string;
  monthlyCents: number;
  tokensPerCycle: number;
  /** Micro-dollars per token beyond the credits; null: blocked at zero. */
  overageMicroDollars: number | null;
}

export interface TopUp {
  productId: string;
  cents: number;
  tokens: number;
  expiresAfterDays: number;
}

export interface Catalogue {
  entitlementId: string;
  plans: Record<PlanKey, Plan>;
  topUp: TopUp;
}

/** The name of the usage event that the meter sums. */
export const USAGE_EVENT_NAME = 'api.tokens_used';

/** @param ids Dodo's ids of what was created there */
export function createCatalogue(ids: {
  entitlementId: string;
  starterProductId: string;
  proProductId: string;
  topUpProductId: string;
}): Catalogue {
  return {
    entitlementId: ids.entitlementId,
    plans: {
      starter: {
        key: 'starter',
        name: 'Starter',
        productId: ids.starterProductId,
        monthlyCents: 2_900,
        tokensPerCycle: 10_000_000,
        overageMicroDollars: null,
      },
      pro: {
        key: 'pro',
        name: 'Pro',
        productId: ids.proProductId,
        monthlyCents: 9_900,
        tokensPerCycle: 40_000_000,
        overageMicroDollars: 5,
      },
    },
    topUp: { productId: ids.topUpProductId, cents: 1_900, tokens: 5_000_000, expiresAfterDays: 365 },
  };
}

/** @returns the plan that a Dodo product is, or null */
export function planOfProduct(catalogue: Catalogue, productId: string): Plan | null {
  return Object.values(catalogue.plans).find((plan) => plan.productId === productId) ?? null;
}

/** @returns Dodo's id of what is sold under this key */
export function productIdOf(catalogue: Catalogue, product: ProductKey): string {
  return product === 'topup' ? catalogue.topUp.productId : catalogue.plans[product].productId;
}
