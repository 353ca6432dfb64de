import { randomUUID } from 'node:crypto';
import type { Brand } from '../core/chat/command.ts';
import type { Messengers } from '../core/chat/messengers.ts';
import type { Metrics } from '../core/metrics.ts';
import { createReadSubscription } from '../core/plans/read-subscription.ts';
import { createReadSubscriptions } from '../core/plans/read-subscriptions.ts';
import { createAdoptStrangers } from '../core/sweep/adopt-strangers.ts';
import { createLookAtPage } from '../core/sweep/look-at-page.ts';
import type { Arrivals } from '../workers/arrivals.ts';
import { createCancelWorker } from '../workers/cancel-subscription.ts';
import { createClawbackWorker } from '../workers/clawback.ts';
import { createCustomerNoteWorker } from '../workers/customer-note.ts';
import { createDebitWorker } from '../workers/debit.ts';
import { createEraseWorker } from '../workers/erase.ts';
import { createHousekeeping } from '../workers/housekeeping.ts';
import { createInboxWorker } from '../workers/inbox.ts';
import { createLapseWorker } from '../workers/lapse.ts';
import { createMeter } from '../workers/meter.ts';
import { createNoticesWorker } from '../workers/notices.ts';
import { createReconcileWorker } from '../workers/reconcile.ts';
import { createSubscriptionWorker } from '../workers/subscription.ts';
import { createSweep } from '../workers/sweep.ts';
import { createWorkers, type Workers } from '../workers/workers.ts';
import type { Outside } from './outside.ts';
import type { AppServices } from './services.ts';

export interface BackgroundDeps {
  outside: Outside;
  services: AppServices;
  metrics: Metrics;
  messengers: Messengers;
  brand: Brand;
  arrivals: Arrivals;
}

/** Every worker: what is done after a commit or a webhook, and now and then. */
export function createBackground({ outside, services, metrics, messengers, brand, arrivals }: BackgroundDeps): Workers {
  const { store, clock, log, secrets, billing, heard, identity, owner } = outside;
  const { wallets, rules, moment, modelRules, daily } = services;
  const { customers, applyEvent, applyPayment, readLedger } = services.events;
  const deps = { store, clock, log, metrics };
  return createWorkers({
    rows: [
      createInboxWorker({ ...deps, billing, secrets, applyEvent, customers, isBurst: () => arrivals.isBurst() }),
      createReconcileWorker({
        ...deps,
        wallets,
        readLedger,
        readSubscriptions: createReadSubscriptions({ wallets, billing, rules, moment }),
      }),
      createNoticesWorker({ ...deps, wallets, messengers, brand }),
      createDebitWorker({ ...deps, wallets, billing, readLedger, newDebitId: randomUUID }),
      createClawbackWorker({ ...deps, wallets, billing, readLedger, rules, moment }),
      createLapseWorker({ ...deps, wallets, messengers, secrets, daily, modelRules, rules, moment }),
      createCancelWorker({ ...deps, billing }),
      createCustomerNoteWorker({ ...deps, wallets, billing, secrets }),
      createEraseWorker({ ...deps, wallets }),
      createSubscriptionWorker({
        ...deps,
        readSubscription: createReadSubscription({ wallets, billing, rules, moment }),
      }),
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
    sweep: createSweep({
      ...deps,
      billing,
      lookAtPage: createLookAtPage({ wallets, customers, clock, metrics }),
      adoptStrangers: createAdoptStrangers({ billing, store, applyPayment, clock, log }),
      owner,
    }),
  });
}
