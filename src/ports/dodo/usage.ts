import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import { USAGE_EVENT_NAME } from '../../core/catalogue.ts';
import { BillingError, type UsageEvent } from '../../core/dodo/billing.ts';
import type { Millis } from '../../core/time.ts';
import type { Calls } from './calls.ts';
import type { DodoClock } from './dodo-clock.ts';
import { id } from './shapes.ts';

/** Of one request (https://docs.dodopayments.com/api-reference/usage-events/ingest-events). */
const MOST_EVENTS = 1_000;

interface UsagePort {
  client: DodoPayments;
  calls: Calls;
  dodoClock: DodoClock;
}

/**
 * Ingests 1 to 1,000 usage events, dated now on Dodo's clock.
 * @throws BillingError; RangeError for another number of events
 */
export async function ingest(port: UsagePort, events: readonly UsageEvent[]): Promise<void> {
  if (events.length < 1 || events.length > MOST_EVENTS) {
    throw new RangeError(`expected 1 to ${MOST_EVENTS} usage events, came ${events.length}`);
  }
  await port.calls.once({
    name: 'ingest usage',
    share: 'usage',
    // Whether events that Dodo had before are counted is not documented: the number is not compared.
    answer: z.object({ ingested_count: z.number() }),
    send: () => {
      const now = port.dodoClock.now();
      return port.client.usageEvents.ingest({ events: events.map((event) => toDodo(event, now)) });
    },
  });
}

/** Texts would be summed as nothing by the meter, so numbers stay numbers. */
function toDodo(event: UsageEvent, now: Millis) {
  return {
    event_id: event.eventId,
    customer_id: event.customerId,
    event_name: USAGE_EVENT_NAME,
    timestamp: new Date(now).toISOString(),
    metadata: {
      tokens: event.tokens,
      model: event.model,
      input_tokens: event.inputTokens,
      output_tokens: event.outputTokens,
      cached_tokens: event.cachedTokens,
      source: event.source,
      settled_at: new Date(event.settledAt).toISOString(),
    },
  };
}

/** @returns whether Dodo knows this event @throws BillingError */
export async function hasEvent(port: UsagePort, eventId: string): Promise<boolean> {
  try {
    await port.calls.read({
      name: 'look for a usage event',
      share: 'usage',
      answer: z.object({ event_id: id }),
      send: () => port.client.usageEvents.retrieve(eventId),
    });
    return true;
  } catch (error) {
    if (error instanceof BillingError && error.status === 404) return false;
    throw error;
  }
}
