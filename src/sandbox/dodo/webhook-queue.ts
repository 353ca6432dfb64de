import type { WebhookEventType } from 'dodopayments/resources';
import { isoTime, type VirtualClock } from './clock.ts';
import type { NewId } from './ids.ts';
import type { WebhookEndpoints } from './webhook-endpoints.ts';
import { shuffled, type WebhookFaults } from './webhook-faults.ts';
import { signedHeaders } from './webhook-signing.ts';

/** Waiting time before each of the eight attempts (https://docs.dodopayments.com/developer-resources/webhooks). */
export const RETRY_DELAYS_MS = [0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000];
const ATTEMPT_TIMEOUT_MS = 15_000;
const LONGEST_TIMER_MS = 2_147_483_647;

/** One HTTP request to a receiver. `at` is on the virtual clock; no status means no answer. */
export interface DeliveryAttempt {
  at: number;
  status: number | null;
  error: string | null;
}

/** One message to one endpoint. */
export interface Delivery {
  readonly id: string;
  readonly endpointId: string;
  readonly type: WebhookEventType;
  /** The body as it was when the event happened. */
  readonly bodyAtEvent: string;
  readonly attempts: DeliveryAttempt[];
  state: 'pending' | 'delivered' | 'failed' | 'dropped';
  dueAt: number;
}

export interface WebhookQueueDeps {
  clock: VirtualClock;
  /** The clock that stands in `webhook-timestamp`. */
  signatureNow: () => number;
  newId: NewId;
  businessId: string;
  endpoints: WebhookEndpoints;
  faults: WebhookFaults;
  /** true: due messages go out by themselves. */
  automatic: () => boolean;
  /** Factor on the retry delays. */
  retryScale: number;
}

interface Queued extends Delivery {
  readonly render: () => string;
}

/** Messages on their way to receivers, delivered one after another. */
export class WebhookQueue {
  readonly #deps: WebhookQueueDeps;
  #messages: Queued[] = [];
  #running: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #waking: NodeJS.Immediate | undefined;
  #abort = new AbortController();

  constructor(deps: WebhookQueueDeps) {
    this.#deps = deps;
  }

  /** Every message since the last reset, in the order they were made. */
  get deliveries(): readonly Delivery[] {
    return this.#messages;
  }

  enqueue(type: WebhookEventType, payloadType: string, render: () => object): void {
    const { clock, endpoints, faults, businessId, newId } = this.#deps;
    const timestamp = isoTime(clock.now());
    const body = () =>
      JSON.stringify({ business_id: businessId, type, timestamp, data: { payload_type: payloadType, ...render() } });
    const faulty = this.#touched(type);
    for (const { details } of endpoints.all()) {
      if (details.disabled || (details.filter_types && !details.filter_types.includes(type))) continue;
      this.#messages.push({
        id: newId('msg'),
        endpointId: details.id,
        type,
        bodyAtEvent: body(),
        attempts: [],
        state: faulty && faults.drop ? 'dropped' : 'pending',
        dueAt: clock.now() + (faulty ? faults.delayMs : 0),
        render: body,
      });
    }
    this.wake();
  }

  /** How many messages still have an attempt to come. */
  pending(): number {
    return this.#messages.filter((message) => message.state === 'pending').length;
  }

  /** Delivers everything that is due now and resolves when the last answer is in. */
  deliverDue(): Promise<void> {
    const { signal } = this.#abort;
    this.#running = this.#running.then(() => this.#deliverAll(signal));
    return this.#running;
  }

  /** Resolves when no attempt is under way and, in automatic mode, none is due. */
  async flush(): Promise<void> {
    await this.#running;
    while (this.#deps.automatic() && this.#due().length > 0) await this.deliverDue();
  }

  /** Looks for due messages soon: once the caller's own work is done. */
  wake(): void {
    if (!this.#deps.automatic()) return;
    clearImmediate(this.#waking);
    this.#waking = setImmediate(() => void this.deliverDue());
  }

  /** Ends attempts under way and forgets all messages. */
  clear(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    clearTimeout(this.#timer);
    clearImmediate(this.#waking);
    this.#messages = [];
  }

  async close(): Promise<void> {
    this.clear();
    this.#abort.abort();
    await this.#running;
  }

  async #deliverAll(signal: AbortSignal): Promise<void> {
    for (let due = this.#due(); due.length > 0 && !signal.aborted; due = this.#due()) {
      const { shuffle } = this.#deps.faults;
      for (const message of shuffle === null ? due : shuffled(due, shuffle)) {
        if (signal.aborted) return;
        await this.#deliver(message, signal);
      }
    }
    if (!signal.aborted) this.#armTimer();
  }

  #due(): Queued[] {
    const now = this.#deps.clock.now();
    return this.#messages.filter((message) => message.state === 'pending' && message.dueAt <= now);
  }

  async #deliver(message: Queued, signal: AbortSignal): Promise<void> {
    const copies = this.#touched(message.type) ? this.#deps.faults.duplicate : 0;
    for (let copy = 0; copy <= copies; copy++) {
      const attempt = await this.#attempt(message, signal);
      if (signal.aborted) return;
      message.attempts.push(attempt);
    }
    const acknowledged = message.attempts.some(({ status }) => status !== null && status >= 200 && status < 300);
    if (acknowledged) {
      message.state = 'delivered';
      return;
    }
    const tries = Math.ceil(message.attempts.length / (copies + 1));
    const delay = RETRY_DELAYS_MS[tries];
    if (delay === undefined) message.state = 'failed';
    else message.dueAt = this.#deps.clock.now() + delay * this.#deps.retryScale;
  }

  async #attempt(message: Queued, signal: AbortSignal): Promise<DeliveryAttempt> {
    const { clock, endpoints, faults, signatureNow } = this.#deps;
    const at = clock.now();
    const endpoint = endpoints.get(message.endpointId);
    if (endpoint === undefined) return { at, status: null, error: 'endpoint deleted' };
    const faulty = this.#touched(message.type);
    const body = faults.latestStateBody ? message.render() : message.bodyAtEvent;
    const signedAt = signatureNow() - (faulty ? faults.staleByMs : 0);
    const headers = signedHeaders({ id: message.id, body }, endpoints.signingSecrets(endpoint), signedAt);
    try {
      const response = await fetch(endpoint.details.url, {
        method: 'POST',
        headers: {
          ...endpoint.headers,
          'content-type': 'application/json',
          'user-agent': 'Svix-Webhooks/1',
          ...headers,
        },
        body: faulty && faults.tamper ? `${body} ` : body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return { at, status: response.status, error: null };
    } catch (error) {
      return { at, status: null, error: error instanceof Error ? error.message : String(error) };
    }
  }

  #touched(type: WebhookEventType): boolean {
    const { only } = this.#deps.faults;
    return only === null || only(type);
  }

  /** A base clock that stands still never makes the message due by itself; then `advance` does. */
  #armTimer(): void {
    clearTimeout(this.#timer);
    if (!this.#deps.automatic()) return;
    const waiting = this.#messages.filter((message) => message.state === 'pending').map((message) => message.dueAt);
    if (waiting.length === 0) return;
    const wait = Math.min(...waiting) - this.#deps.clock.now();
    this.#timer = setTimeout(
      () => {
        if (this.#due().length > 0) this.wake();
      },
      Math.min(Math.max(wait, 0), LONGEST_TIMER_MS),
    );
    this.#timer.unref();
  }
}
