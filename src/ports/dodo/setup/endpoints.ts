import type { WebhookEventType } from 'dodopayments/resources';
import { z } from 'zod';
import { ALL_EVENTS, type EndpointSetup, type ListedEndpoint } from '../../../core/setup/setup.ts';
import { id } from '../shapes.ts';
import { listWebhooks, webhookMetadata } from '../webhooks.ts';
import { type SetupCalls, SHARE } from './setup-calls.ts';

const MARK = 'tallybot_entitlement';
const DESCRIPTION = 'tallybot';

function bodyOf(setup: EndpointSetup) {
  return {
    url: setup.url,
    disabled: setup.disabled,
    filter_types: setup.eventTypes.split(', ') as WebhookEventType[],
  };
}

/** Throws BillingError. */
export async function listEndpoints(port: SetupCalls): Promise<ListedEndpoint[]> {
  const there = await listWebhooks(port);
  return there.map(({ id: endpointId, url, isDisabled, eventTypes, metadata }) => ({
    id: endpointId,
    markedFor: metadata[MARK] ?? null,
    setup: { url, disabled: isDisabled, eventTypes: eventTypes?.toSorted().join(', ') ?? ALL_EVENTS },
  }));
}

/** @returns its id. Throws BillingError. */
export async function createEndpoint(
  { client, calls }: SetupCalls,
  setup: EndpointSetup,
  entitlementId: string,
): Promise<string> {
  const made = await calls.once({
    name: 'create the webhook endpoint',
    share: SHARE,
    answer: z.object({ id }),
    send: () =>
      client.webhooks.create({ ...bodyOf(setup), description: DESCRIPTION, metadata: { [MARK]: entitlementId } }),
  });
  return made.id;
}

/** What else stands in its metadata is kept. Throws BillingError. */
export async function updateEndpoint(
  { client, calls }: SetupCalls,
  endpointId: string,
  setup: EndpointSetup,
  entitlementId: string,
): Promise<void> {
  const before = await calls.read({
    name: 'read the webhook endpoint',
    share: SHARE,
    answer: z.object({ metadata: webhookMetadata }),
    send: () => client.webhooks.retrieve(endpointId),
  });
  await calls.once({
    name: 'change the webhook endpoint',
    share: SHARE,
    answer: z.object({ id }),
    send: () =>
      client.webhooks.update(endpointId, {
        ...bodyOf(setup),
        metadata: { ...before.metadata, [MARK]: entitlementId },
      }),
  });
}
