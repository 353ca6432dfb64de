import { randomUUID } from 'node:crypto';
import type { Config, ConfigSecrets } from '../config/config.ts';
import { valuesOf } from '../config/secret-values.ts';
import type { Billing } from '../core/dodo/billing.ts';
import { createDodoBudget } from '../core/dodo/dodo-budget.ts';
import { createDodoHeard, type DodoHeard } from '../core/dodo/dodo-heard.ts';
import { createStoreIdentity, type StoreIdentity } from '../core/dodo/store-identity.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { CountTokens, Model } from '../core/model.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Store } from '../core/store.ts';
import { type Clock, type Millis, SECOND } from '../core/time.ts';
import { createDodoBilling } from '../ports/dodo/dodo-billing.ts';
import { createPinoLog } from '../ports/log/pino-log.ts';
import { createTokenCounter } from '../ports/openai/count-tokens.ts';
import { createOpenAiModel } from '../ports/openai/openai-model.ts';
import type { Overrides } from './app-overrides.ts';
import { dodoAccountFrom, secretsFrom, storeLocationFrom, storeOwnerFrom } from './from-config.ts';
import { type OpenedStore, openStore } from './open-store.ts';

/** Everything outside this process, through its ports, and the clock and log. */
export interface Outside {
  clock: Clock;
  log: Log;
  secrets: Secrets;
  opened: OpenedStore;
  store: Store;
  identity: StoreIdentity;
  heard: DodoHeard;
  billing: Billing;
  model: Model;
  count: CountTokens;
  /** Who this process is among those that share the store. */
  owner: string;
}

/** No member is kept waiting longer for a link. */
const BILLING_TIMEOUT: Millis = 8 * SECOND;

/**
 * Opens the store and makes the clients.
 * @throws Error saying what is in the way: the store's lock or owner, or a store that would lose commits
 */
export async function openOutside(
  config: Config,
  secret: ConfigSecrets,
  overrides: Overrides & { clock: Clock },
  metrics: Metrics,
  stack: AsyncDisposableStack,
): Promise<Outside> {
  const { clock } = overrides;
  const log = overrides.log ?? createPinoLog({ level: 'info', secrets: valuesOf(secret) });
  const secrets = secretsFrom(secret);
  const opened = await openStore(storeLocationFrom(config, secret), clock, log);
  stack.defer(() => opened.close());
  await refuseUnsafe(opened, config.isUnsafeStoreAccepted, log);
  const store = overrides.aroundStore?.(opened.store) ?? opened.store;
  const identity = createStoreIdentity(store);
  await identity.confirm(storeOwnerFrom(config));

  const heard = createDodoHeard(store, clock);
  const billing = createDodoBilling({
    ...dodoAccountFrom(config, secret),
    clock,
    log,
    metrics,
    timeoutMs: overrides.billingTimeoutMs ?? BILLING_TIMEOUT,
    budget: createDodoBudget(store, clock, config.dodo.callsPerMinute),
    onHeard: () => heard.note(),
  });
  const { modelTimeoutMs } = overrides;
  const model = createOpenAiModel({
    apiKey: secret.openaiApiKey,
    ...(config.openai.baseUrl === null ? {} : { baseUrl: config.openai.baseUrl }),
    ...(modelTimeoutMs === undefined ? {} : { timeoutMs: modelTimeoutMs, idleTimeoutMs: modelTimeoutMs }),
    log,
    metrics,
  });
  const count = createTokenCounter();
  // A store that is not shared has one process, which finds its own leases again after a crash.
  const owner = opened.isShared ? randomUUID() : 'the only process';
  return { clock, log, secrets, opened, store, identity, heard, billing, model, count, owner };
}

/** A store that loses commits in a crash loses money: it is refused, or accepted aloud. */
async function refuseUnsafe(opened: OpenedStore, isAccepted: boolean, log: Log): Promise<void> {
  const problems = await opened.durabilityProblems();
  if (problems.length === 0) return;
  if (!isAccepted) {
    throw new Error(
      `the store would lose commits in a crash:\n- ${problems.join('\n- ')}\nCure that, or set REDIS_UNSAFE=yes to risk it`,
    );
  }
  log.warn({ problems, store: opened.description }, 'REDIS_UNSAFE: this store loses commits in a crash');
}
