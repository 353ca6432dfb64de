import type { Config, ConfigSecrets } from '../config/config.ts';
import type { Secrets } from '../core/secrets.ts';
import { createSecrets } from '../ports/crypto/secrets.ts';
import type { DodoBillingOptions } from '../ports/dodo/dodo-billing.ts';
import type { StoreLocation } from './open-store.ts';

/** What seals and signs; what was written under the previous APP_SECRET is still read. */
export function secretsFrom({ appSecret, appSecretPrevious }: ConfigSecrets): Secrets {
  return createSecrets({
    current: appSecret,
    ...(appSecretPrevious === null ? {} : { previous: appSecretPrevious }),
  });
}

/** Which Dodo account it is, and how it is reached. */
export function dodoAccountFrom(
  { dodo, catalogue }: Config,
  secret: ConfigSecrets,
): Pick<DodoBillingOptions, 'apiKey' | 'webhookKey' | 'environment' | 'baseUrl' | 'entitlementId'> {
  return {
    apiKey: secret.dodoApiKey,
    webhookKey: secret.dodoWebhookKey,
    environment: dodo.environment,
    ...(dodo.baseUrl === null ? {} : { baseUrl: dodo.baseUrl }),
    entitlementId: catalogue.entitlementId,
  };
}

/** Where the store is: Redis when its address is set, else the file. */
export function storeLocationFrom({ databasePath }: Config, { redisUrl }: ConfigSecrets): StoreLocation {
  return redisUrl === null ? { databasePath } : { redisUrl };
}

/** What a store is for; one that is for something else is refused. */
export function storeOwnerFrom({ dodo, catalogue }: Config) {
  return { dodo_environment: dodo.environment, credit_entitlement_id: catalogue.entitlementId };
}
