import type { CallShare } from '../../../core/dodo/billing.ts';
import type { Log } from '../../../core/log.ts';
import { unwatched } from '../../../core/metrics.ts';
import type { SetupPort } from '../../../core/setup/setup.ts';
import { type Clock, type Millis, SECOND } from '../../../core/time.ts';
import { createCalls } from '../calls.ts';
import { createClient } from '../client.ts';
import { createDodoClock } from '../dodo-clock.ts';
import { createTransport } from '../transport.ts';
import { webhookSecret } from '../webhooks.ts';
import { createEndpoint, listEndpoints, updateEndpoint } from './endpoints.ts';
import { createEntitlement, listEntitlements, updateEntitlement } from './entitlements.ts';
import { createMeter, listMeters } from './meters.ts';
import { createProduct, listProducts, readProduct, updateProduct } from './products.ts';

export interface DodoSetupOptions {
  apiKey: string;
  environment: 'test_mode' | 'live_mode';
  /** Another server than the environment's, such as the sandbox. */
  baseUrl?: string;
  clock: Clock;
  log: Log;
  /** For one whole call, answer included; default 30 s. */
  timeoutMs?: Millis;
  /** Asked before every request; without one nothing is counted, as no bot needs to run. */
  budget?: (share: CallShare) => Promise<boolean>;
}

/**
 * The setup port on Dodo Payments.
 * @throws Error when the key or the address cannot work; no message shows the key.
 */
export function createDodoSetup(options: DodoSetupOptions): SetupPort {
  const dodoClock = createDodoClock(options.clock);
  const client = createClient({
    apiKey: options.apiKey,
    environment: options.environment,
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
    timeoutMs: options.timeoutMs ?? 30 * SECOND,
    fetch: createTransport(dodoClock, () => {}),
  });
  const budget = options.budget ?? (async () => true);
  const calls = createCalls({ budget, dodoClock, metrics: unwatched, log: options.log });
  const port = { client, calls };
  return {
    entitlements: () => listEntitlements(port),
    createEntitlement: (setup) => createEntitlement(port, setup),
    updateEntitlement: (id, setup) => updateEntitlement(port, id, setup),
    meters: () => listMeters(port),
    createMeter: (setup) => createMeter(port, setup),
    products: () => listProducts(port),
    product: (id, parts) => readProduct(port, id, parts),
    createProduct: (setup, mark, parts) => createProduct(port, setup, mark, parts),
    updateProduct: (id, setup, mark, parts) => updateProduct(port, id, setup, mark, parts),
    endpoints: () => listEndpoints(port),
    createEndpoint: (setup, entitlementId) => createEndpoint(port, setup, entitlementId),
    updateEndpoint: (id, setup, entitlementId) => updateEndpoint(port, id, setup, entitlementId),
    endpointSecret: (id) => webhookSecret(port, id),
  };
}
