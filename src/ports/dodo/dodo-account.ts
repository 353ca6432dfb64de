import { z } from 'zod';
import type { Log } from '../../core/log.ts';
import { unwatched } from '../../core/metrics.ts';
import { type Clock, type Millis, SECOND } from '../../core/time.ts';
import { type Calls, createCalls } from './calls.ts';
import { createClient } from './client.ts';
import { createDodoClock, type DodoClock } from './dodo-clock.ts';
import { id } from './shapes.ts';
import { createTransport } from './transport.ts';

export interface DodoAccountOptions {
  apiKey: string;
  environment: 'test_mode' | 'live_mode';
  /** Another server than the environment's, such as the sandbox. */
  baseUrl?: string;
  clock: Clock;
  log: Log;
}

/** Whose the key is, and what time it is there. */
export interface DodoAccount {
  /** @returns whose account the key is for; null where nothing is in it that would tell. Throws BillingError. */
  businessId(): Promise<string | null>;
  /** How far Dodo's clock is ahead of ours, as its last answer told, to about a second. */
  clockOffset(): Millis;
}

const TIMEOUT: Millis = 10 * SECOND;

/** @throws Error when the key or the address cannot work; no message shows the key */
export function createDodoAccount(options: DodoAccountOptions): DodoAccount {
  const { clock, log } = options;
  const dodoClock: DodoClock = createDodoClock(clock);
  const client = createClient({
    ...options,
    timeoutMs: TIMEOUT,
    fetch: createTransport(dodoClock, () => {}),
  });
  // An operator's few calls stand outside the running bot's budget.
  const calls: Calls = createCalls({ budget: async () => true, dodoClock, metrics: unwatched, log });

  return {
    async businessId() {
      const listed = await calls.read({
        name: 'list the credit entitlements',
        share: 'reconcile',
        answer: z.object({ items: z.array(z.object({ business_id: id })) }),
        send: async () => (await client.creditEntitlements.list({ page_number: 0, page_size: 1 }).asResponse()).json(),
      });
      return listed.items[0]?.business_id ?? null;
    },
    clockOffset: () => dodoClock.now() - clock(),
  };
}

/** Whether the key is of the other environment; asked when it is refused in its own. Never throws. */
export async function worksElsewhere(options: DodoAccountOptions): Promise<boolean> {
  const account = createDodoAccount(options);
  return account.businessId().then(
    () => true,
    () => false,
  );
}
