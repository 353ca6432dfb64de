import { readCatalogueFile } from '../../config/catalogue-file.ts';
import { ConfigError } from '../../config/config.ts';
import { misspeltNames, presentVariables } from '../../config/config-rules.ts';
import { problemsOf, variables } from '../../config/config-variables.ts';
import { productVariables } from '../../config/product-variables.ts';
import type { KnownIds } from '../../core/setup/things.ts';
import type { Wanted } from '../../core/setup/wanted.ts';
import { USED_EVENT_TYPES } from '../../ports/dodo/events/event-types.ts';
import { DODO_WEBHOOK_PATH } from '../../web/dodo-webhook.ts';

export interface ProvisionSettings {
  apiKey: string;
  environment: 'test_mode' | 'live_mode';
  baseUrl: string | null;
  wanted: Wanted;
  known: KnownIds;
}

/** All that provisioning needs: a first-time operator has no ids and no bot yet. */
const needed = variables.pick({
  DODO_PAYMENTS_API_KEY: true,
  DODO_ENVIRONMENT: true,
  DODO_PAYMENTS_BASE_URL: true,
  OVERAGE_PRICE_UNIT: true,
  BASE_URL: true,
  BRAND_NAME: true,
});

/**
 * @param env the process's environment
 * @throws ConfigError listing every problem at once, those of the catalogue's file among them
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): ProvisionSettings {
  const present = presentVariables(env);
  const parsed = needed.safeParse(present);
  const catalogue = readCatalogueFile(present.CATALOGUE_PATH);
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error)),
    ...(present.BASE_URL === undefined ? ['BASE_URL: is missing (Dodo sends its webhooks there)'] : []),
    ...('problems' in catalogue ? catalogue.problems : []),
    ...misspeltNames(present, Object.keys(variables.shape)),
  ];
  const baseUrl = parsed.data?.BASE_URL;
  if (!parsed.success || baseUrl === undefined || 'problems' in catalogue || problems.length > 0) {
    throw new ConfigError(problems);
  }
  const { terms } = catalogue;
  const set = parsed.data;
  const ids = productVariables(terms).flatMap(({ key, variable }) => {
    const id = present[variable];
    return id === undefined ? [] : [[key, id] as const];
  });
  return {
    apiKey: set.DODO_PAYMENTS_API_KEY,
    environment: set.DODO_ENVIRONMENT,
    baseUrl: set.DODO_PAYMENTS_BASE_URL ?? null,
    wanted: {
      terms,
      brandName: set.BRAND_NAME,
      overagePriceUnit: set.OVERAGE_PRICE_UNIT,
      webhookUrl: `${baseUrl.replace(/\/+$/, '')}${DODO_WEBHOOK_PATH}`,
      eventTypes: USED_EVENT_TYPES,
    },
    known: { entitlementId: present.CREDIT_ENTITLEMENT_ID ?? null, productIds: Object.fromEntries(ids) },
  };
}
