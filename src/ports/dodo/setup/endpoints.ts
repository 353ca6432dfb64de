import type { WebhookEventType } from 'dodopayments/resources';
import { z } from 'zod';
import { ALL_EVENTS, type EndpointSetup, type ListedEndpoint } from '../../../core/setup/setup.ts';
import { id } from '../shapes.ts';
import { type SetupCalls, SHARE } from './setup-calls.ts';

const MARK = 'tallybot_entitlement';
const DESCRIPTION = 'tallybot';
const PAGE_SIZE = 100;

const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((told) => told ?? {});

const endpoint = z
  .object({
    id,
    url: z.string(),
    disabled: z.boolean().nullish(),
    filter_types: z.array(z.string()).nullish(),
    metadata: texts,
  })
  .transform(
    (told): ListedEndpoint => ({
      id: told.id,
      markedFor: told.metadata[MARK] ?? null,
      setup: {
        url: told.url,
        disabled: told.disabled ?? false,
        eventTypes: told.filter_types?.length ? told.filter_types.toSorted().join(', ') : ALL_EVENTS,
      },
    }),
  );

const listing = z.object({ data: z.array(endpoint), done: z.boolean(), iterator: z.string().nullish() });

function bodyOf(setup: EndpointSetup) {
  return {
    url: setup.url,
    disabled: setup.disabled,
    filter_types: setup.eventTypes.split(', ') as WebhookEventType[],
  };
}

/** The list turns by a cursor (https://docs.dodopayments.com/api-reference/webhooks). Throws BillingError. */
export async function listEndpoints({ client, calls }: SetupCalls): Promise<ListedEndpoint[]> {
  const found: ListedEndpoint[] = [];
  let cursor: { iterator?: string } = {};
  for (;;) {
    const page = await calls.read({
      name: 'list the webhook endpoints',
      share: SHARE,
      answer: listing,
      send: async () => (await client.webhooks.list({ limit: PAGE_SIZE, ...cursor }).asResponse()).json(),
    });
    found.push(...page.data);
    if (page.done || !page.iterator) return found;
    cursor = { iterator: page.iterator };
  }
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
    answer: z.object({ metadata: texts }),
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

/** @returns what its webhooks are signed with. Throws BillingError. */
export async function endpointSecret({ client, calls }: SetupCalls, endpointId: string): Promise<string> {
  const told = await calls.read({
    name: "read the webhook endpoint's secret",
    share: SHARE,
    answer: z.object({ secret: z.string().min(1) }),
    send: () => client.webhooks.retrieveSecret(endpointId),
  });
  return told.secret;
}
