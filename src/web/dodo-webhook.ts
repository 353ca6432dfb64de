import express, { type Router } from 'express';
import { type Billing, WebhookRejected } from '../core/dodo/billing.ts';
import type { DodoHeard } from '../core/dodo/dodo-heard.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Store } from '../core/store.ts';
import { type Clock, DAY } from '../core/time.ts';
import { BODY_LIMIT } from './body-limit.ts';
import { requestIdOf } from './request-id.ts';

/** For how long a webhook's id is known. */
const ID_KEPT = 90 * DAY;

/** Where Dodo sends webhooks, below BASE_URL. */
export const DODO_WEBHOOK_PATH = '/webhooks/dodo';

export interface DodoWebhookDeps {
  billing: Pick<Billing, 'verifyWebhook'>;
  store: Store;
  secrets: Secrets;
  heard: DodoHeard;
  clock: Clock;
  metrics: Metrics;
  log: Log;
  onStored(): void;
}

/**
 * `POST /webhooks/dodo`: verified on the raw bytes, stored durably, then answered. What it says is applied later; what
 * cannot be read is stored too, and becomes a dead letter.
 */
export function createDodoWebhook(deps: DodoWebhookDeps): Router {
  const router = express.Router();
  router.post(DODO_WEBHOOK_PATH, express.raw({ type: () => true, limit: BODY_LIMIT }), async (request, response) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    let id: string;
    try {
      id = deps.billing.verifyWebhook(body, request.headers);
    } catch (error) {
      if (!(error instanceof WebhookRejected)) throw error;
      deps.metrics.count('webhooks_rejected');
      deps.log.warn({ requestId: requestIdOf(response), why: error.message }, 'a webhook was not signed by Dodo');
      response.status(401).json({ error: { code: 'bad_signature', message: 'The signature does not hold.' } });
      return;
    }
    deps.heard.note();
    const text = body.toString('utf8');
    const now = deps.clock();
    const isNew = await deps.store.put(
      {
        id: `inbox:${id}`,
        topic: 'inbox',
        accountId: null,
        dueAt: now,
        body: { sealed: deps.secrets.encrypt(text) },
      },
      { key: `webhook:${id}`, expiresAt: now + ID_KEPT },
      now,
    );
    deps.metrics.count(isNew ? 'webhooks_received' : 'webhooks_repeated');
    deps.log.debug({ requestId: requestIdOf(response), row: `inbox:${id}`, isNew }, 'a webhook was stored');
    if (isNew) deps.onStored();
    if (isJson(text)) response.status(200).json({ received: true });
    else response.status(400).json({ error: { code: 'invalid_json', message: 'Expected valid JSON.' } });
  });
  return router;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
