import type { WebhookCreateParams, WebhookUpdateParams } from 'dodopayments/resources/webhooks/webhooks';
import { page, param, type Route, readBody, readCount } from '../routing.ts';
import type { WebhookEndpoints } from '../webhook-endpoints.ts';
import { createWebhookBody, updateWebhookBody, webhookHeadersBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/webhooks */
export function webhookRoutes(endpoints: WebhookEndpoints): Route[] {
  return [
    {
      method: 'POST',
      path: '/webhooks',
      handle: ({ body }) => ({
        status: 200,
        body: endpoints.create(readBody<WebhookCreateParams>(createWebhookBody, body)).details,
      }),
    },
    {
      method: 'GET',
      path: '/webhooks',
      handle: ({ query }) => {
        const limit = readCount(query, 'limit') ?? 50;
        const start = Number(query.iterator ?? 0);
        const { items } = page(endpoints.all().slice(start), { page_size: String(limit) });
        const end = start + items.length;
        const done = end >= endpoints.all().length;
        const data = items.map((endpoint) => endpoint.details);
        return { status: 200, body: { data, done, iterator: done ? null : String(end) } };
      },
    },
    {
      method: 'GET',
      path: '/webhooks/{webhook_id}',
      handle: (request) => ({ status: 200, body: endpoints.find(param(request, 'webhook_id')).details }),
    },
    {
      method: 'PATCH',
      path: '/webhooks/{webhook_id}',
      handle: (request) => {
        const params = readBody<WebhookUpdateParams>(updateWebhookBody, request.body);
        return { status: 200, body: endpoints.update(param(request, 'webhook_id'), params).details };
      },
    },
    {
      method: 'DELETE',
      path: '/webhooks/{webhook_id}',
      handle: (request) => {
        endpoints.remove(param(request, 'webhook_id'));
        return { status: 200 };
      },
    },
    {
      method: 'GET',
      path: '/webhooks/{webhook_id}/secret',
      handle: (request) => ({ status: 200, body: { secret: endpoints.find(param(request, 'webhook_id')).secret } }),
    },
    {
      method: 'GET',
      path: '/webhooks/{webhook_id}/headers',
      handle: (request) => {
        const { headers } = endpoints.find(param(request, 'webhook_id'));
        return { status: 200, body: { headers, sensitive: [] } };
      },
    },
    {
      method: 'PATCH',
      path: '/webhooks/{webhook_id}/headers',
      handle: (request) => {
        const { headers } = readBody<{ headers: Record<string, string> }>(webhookHeadersBody, request.body);
        Object.assign(endpoints.find(param(request, 'webhook_id')).headers, headers);
        return { status: 200 };
      },
    },
  ];
}
