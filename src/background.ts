import { randomUUID } from 'node:crypto';
import type { Brand } from './core/command.ts';
import { createCustomers } from './core/customers.ts';
import { createApplyEvent, waitingFor } from './core/events/apply-event.ts';
import { createBindCustomer } from './core/events/bind-customer.ts';
import type { Messengers } from './core/messengers.ts';
import type { Metrics } from './core/metrics.ts';
import { createReadLedger } from './core/read-ledger.ts';
import type { Outside } from './outside.ts';
import type { AppServices } from './services.ts';
import { createCancelWorker } from './workers/cancel-subscription.ts';
import { createDebitWorker } from './workers/debit.ts';
import { createHousekeeping } from './workers/housekeeping.ts';
import { createInboxWorker } from './workers/inbox.ts';
import { createLapseWorker } from './workers/lapse.ts';
import { createMeter } from './workers/meter.ts';
import { createNoticesWorker } from './workers/notices.ts';
import { createReconcileWorker } from './workers/reconcile.ts';
import { createWorkers, type Workers } from './workers/workers.ts';

export interface BackgroundDeps {
  outside: Outside;
  services: AppServices;
  metrics: Metrics;
  messengers: Messengers;
  brand: Brand;
}

/** Every worker: what is done after a commit or a webhook, and now and then. */
export function createBackground({ outside, services, metrics, messengers, brand }: BackgroundDeps): Workers {
  const { store, clock, log, secrets, billing, heard, identity, owner } = outside;
  const { wallets, rules, moment, modelRules } = services;
  const customers = createCustomers({ store, wallets, clock });
  const readLedger = createReadLedger({ wallets, billing, rules, moment });
  const bindCustomer = createBindCustomer({
    billing,
    wallets,
    customers,
    secrets,
    rules,
    moment,
    async onBound(customerId) {
      await store.wake(waitingFor(customerId), clock());
      workers.nudge(new Set(['inbox']));
    },
  });
  const applyEvent = createApplyEvent({
    store,
    wallets,
    customers,
    bindCustomer,
    rules,
    moment,
    businessId: () => identity.known('dodo_business_id'),
  });
  const deps = { store, clock, log, metrics };
  const workers = createWorkers({
    rows: [
      createInboxWorker({ ...deps, billing, secrets, applyEvent, customers }),
      createReconcileWorker({ ...deps, wallets, readLedger }),
      createNoticesWorker({ ...deps, wallets, messengers, brand }),
      createDebitWorker({ ...deps, wallets, billing, readLedger, newDebitId: randomUUID }),
      createLapseWorker({ ...deps, wallets, messengers, secrets, modelRules, rules, moment }),
      createCancelWorker({ ...deps, billing }),
    ],
    meter: createMeter({ ...deps, wallets, billing, gatherMs: rules.usageGatherMs, newBatchId: randomUUID, owner }),
    housekeeping: createHousekeeping({
      ...deps,
      billing,
      heard,
      balanceMaxAgeMs: rules.balanceMaxAgeMs,
      onBusiness: (businessId) => identity.confirm({ dodo_business_id: businessId }),
      owner,
    }),
  });
  return workers;
}
