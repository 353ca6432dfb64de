import type DodoPayments from 'dodopayments';
import { z } from 'zod';
import type { Calls } from './calls.ts';
import { id, optionalText } from './shapes.ts';

interface WebhooksPort {
  client: DodoPayments;
  calls: Calls;
}

/** An address to which Dodo sends webhooks. */
export interface WebhookEndpoint {
  id: string;
  url: string;
  isDisabled: boolean;
  /** null: every type. */
  eventTypes: readonly string[] | null;
  metadata: Readonly<Record<string, string>>;
}

/** Unlike elsewhere, only texts. */
export const webhookMetadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((told) => told ?? {});

const endpoint = z
  .object({
    id,
    url: z.string(),
    disabled: z.boolean().nullish(),
    filter_types: z.array(z.string()).nullish(),
    metadata: webhookMetadata,
  })
  .transform(
    (told): WebhookEndpoint => ({
      id: told.id,
      url: told.url,
      isDisabled: told.disabled ?? false,
      // An empty filter lets everything through, as none does.
      eventTypes: told.filter_types?.length ? told.filter_types : null,
      metadata: told.metadata,
    }),
  );

const page = z.object({ data: z.array(endpoint), done: z.boolean(), iterator: optionalText });

/** Dodo has a handful of endpoints at most; pages that do not end are not followed for ever. */
const MOST_PAGES = 20;

/**
 * All endpoints (https://docs.dodopayments.com/api-reference/webhooks/list-webhooks), a list paged by cursor.
 * @throws BillingError
 */
export async function listWebhooks({ client, calls }: WebhooksPort): Promise<WebhookEndpoint[]> {
  const found: WebhookEndpoint[] = [];
  let iterator: string | null = null;
  for (let number = 0; number < MOST_PAGES; number += 1) {
    const query: { iterator?: string } = iterator === null ? {} : { iterator };
    const {
      data,
      done,
      iterator: next,
    }: z.infer<typeof page> = await calls.read({
      name: 'list the webhook endpoints',
      share: 'reconcile',
      answer: page,
      send: async () => (await client.webhooks.list(query).asResponse()).json(),
    });
    found.push(...data);
    if (done || next === null) break;
    iterator = next;
  }
  return found;
}

/** @returns what signs the webhooks of an endpoint; a secret @throws BillingError */
export async function webhookSecret({ client, calls }: WebhooksPort, endpointId: string): Promise<string> {
  const { secret } = await calls.read({
    name: "read a webhook endpoint's secret",
    share: 'reconcile',
    answer: z.object({ secret: id }),
    send: () => client.webhooks.retrieveSecret(endpointId),
  });
  return secret;
}
