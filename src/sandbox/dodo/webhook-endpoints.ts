import type {
  WebhookCreateParams,
  WebhookDetails,
  WebhookUpdateParams,
} from 'dodopayments/resources/webhooks/webhooks';
import { isoTime, type VirtualClock } from './clock.ts';
import { notFound } from './errors.ts';
import type { NewId } from './ids.ts';
import { newSecret } from './webhook-signing.ts';

/** After a rotation the old secret still signs for a day (https://docs.dodopayments.com/developer-resources/webhooks). */
const OLD_SECRET_LIFETIME_MS = 24 * 3_600_000;

export interface WebhookEndpoint {
  details: WebhookDetails;
  headers: Record<string, string>;
  secret: string;
  oldSecret: { value: string; until: number } | null;
}

/** The endpoints that receive webhooks. */
export class WebhookEndpoints {
  readonly #clock: VirtualClock;
  readonly #newId: NewId;
  readonly #byId = new Map<string, WebhookEndpoint>();
  readonly #byKey = new Map<string, string>();

  constructor(clock: VirtualClock, newId: NewId) {
    this.#clock = clock;
    this.#newId = newId;
  }

  create(params: WebhookCreateParams): WebhookEndpoint {
    const known = params.idempotency_key ? this.#byKey.get(params.idempotency_key) : undefined;
    if (known !== undefined) return this.find(known);
    const now = isoTime(this.#clock.now());
    const endpoint: WebhookEndpoint = {
      details: {
        id: this.#newId('whk'),
        url: params.url,
        description: params.description ?? '',
        disabled: params.disabled ?? false,
        filter_types: params.filter_types ?? null,
        metadata: params.metadata ?? {},
        rate_limit: params.rate_limit ?? null,
        created_at: now,
        updated_at: now,
      },
      headers: params.headers ?? {},
      secret: newSecret(),
      oldSecret: null,
    };
    this.#byId.set(endpoint.details.id, endpoint);
    if (params.idempotency_key) this.#byKey.set(params.idempotency_key, endpoint.details.id);
    return endpoint;
  }

  /** Throws DodoApiError 404. */
  find(id: string): WebhookEndpoint {
    const endpoint = this.#byId.get(id);
    if (endpoint === undefined) throw notFound('Webhook', id);
    return endpoint;
  }

  update(id: string, params: WebhookUpdateParams): WebhookEndpoint {
    const endpoint = this.find(id);
    const { details } = endpoint;
    endpoint.details = {
      ...details,
      url: params.url ?? details.url,
      description: params.description ?? details.description,
      disabled: params.disabled ?? details.disabled ?? false,
      filter_types: params.filter_types === undefined ? (details.filter_types ?? null) : params.filter_types,
      metadata: params.metadata ?? details.metadata,
      rate_limit: params.rate_limit === undefined ? (details.rate_limit ?? null) : params.rate_limit,
      updated_at: isoTime(this.#clock.now()),
    };
    return endpoint;
  }

  /** Throws DodoApiError 404. */
  remove(id: string): void {
    this.find(id);
    this.#byId.delete(id);
  }

  /** Gives the endpoint a new secret; for a day messages carry a signature by each. Only the vendor's dashboard can do this. */
  rotateSecret(id: string): string {
    const endpoint = this.find(id);
    endpoint.oldSecret = { value: endpoint.secret, until: this.#clock.now() + OLD_SECRET_LIFETIME_MS };
    endpoint.secret = newSecret();
    return endpoint.secret;
  }

  /** The secrets that sign at this moment, newest first. */
  signingSecrets(endpoint: WebhookEndpoint): string[] {
    const old = endpoint.oldSecret;
    return old !== null && this.#clock.now() < old.until ? [endpoint.secret, old.value] : [endpoint.secret];
  }

  get(id: string): WebhookEndpoint | undefined {
    return this.#byId.get(id);
  }

  all(): WebhookEndpoint[] {
    return [...this.#byId.values()];
  }

  clear(): void {
    this.#byId.clear();
    this.#byKey.clear();
  }
}
