import type { CatalogueTerms, ProductKey } from '../core/catalogue.ts';
import type { PresentVariables } from './config-rules.ts';

/** The pack of the default catalogue. */
const TOPUP = 'topup';

/** The variables that hold Dodo's ids of what is sold, in the order of the catalogue. */
export function productVariables({ plans, packs }: CatalogueTerms): { key: ProductKey; variable: string }[] {
  return [
    ...plans.map(({ key }) => ({ key, variable: `${key.toUpperCase()}_PLAN_PRODUCT_ID` })),
    ...packs.map(({ key }) => ({
      key,
      variable: key === TOPUP ? 'TOPUP_PRODUCT_ID' : `${key.toUpperCase()}_PACK_PRODUCT_ID`,
    })),
  ];
}

/**
 * @param env a process's variables, trimmed
 * @returns Dodo's product ids by key, and every problem with them, naming its variable
 */
export function readProductIds(
  env: PresentVariables,
  terms: CatalogueTerms,
): { productIds: Record<ProductKey, string>; problems: string[] } {
  const productIds: Record<ProductKey, string> = {};
  const problems: string[] = [];
  const variableOf = new Map<string, string>();
  for (const { key, variable } of productVariables(terms)) {
    const id = env[variable];
    const other = id === undefined ? undefined : variableOf.get(id);
    if (id === undefined) problems.push(`${variable}: is missing`);
    else if (other !== undefined) problems.push(`${variable}: expected a product of its own, got that of ${other}`);
    else {
      productIds[key] = id;
      variableOf.set(id, variable);
    }
  }
  return { productIds, problems };
}
