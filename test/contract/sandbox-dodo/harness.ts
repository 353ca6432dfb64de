import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DodoPayments } from 'dodopayments';
import {
  createDodoSimulator,
  type DodoSimulator,
  type DodoSimulatorOptions,
} from '../../../src/sandbox/dodo/simulator.ts';

export interface ReceivedWebhook {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  received: ReceivedWebhook[];
  /** The parsed `type` of each request received. */
  types(): string[];
  /** What it answers from now on. */
  answer: number;
  close(): Promise<void>;
}

/** A webhook receiver on a free port that keeps everything it gets. */
export async function createReceiver(): Promise<Receiver> {
  const received: ReceivedWebhook[] = [];
  const receiver: Receiver = {
    url: '',
    received,
    answer: 200,
    types: () => received.map(({ body }) => String(JSON.parse(body).type)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.statusCode = receiver.answer;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}

export interface Bench {
  sim: DodoSimulator;
  client: DodoPayments;
  close(): Promise<void>;
}

/** A simulator and the vendor's own client for it; the client does not retry. */
export async function createBench(options: DodoSimulatorOptions = {}): Promise<Bench> {
  const sim = await createDodoSimulator({ seed: 1, ...options });
  const client = new DodoPayments({ bearerToken: sim.apiKey, baseURL: sim.url, maxRetries: 0 });
  return { sim, client, close: () => sim.close() };
}

/** Buys one product and returns who bought. */
export async function buy(
  { sim, client }: Bench,
  productId: string,
  options: { email?: string; customerId?: string; quantity?: number; metadata?: Record<string, string> } = {},
) {
  const session = await client.checkoutSessions.create({
    product_cart: [{ product_id: productId, quantity: options.quantity ?? 1 }],
    ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
    ...(options.customerId === undefined ? {} : { customer: { customer_id: options.customerId } }),
  });
  const result = sim.pay(session.session_id, { email: options.email ?? 'ada@example.com', name: 'Ada' });
  return { ...result, customerId: result.customer.customer_id, sessionId: session.session_id };
}

let eventNumber = 0;

/** Ingests one usage event of the catalogue's meter. */
export async function use(
  { client }: Bench,
  customerId: string,
  tokens: number,
  metadata: Record<string, string> = {},
) {
  eventNumber++;
  return client.usageEvents.ingest({
    events: [
      {
        event_id: `use-${eventNumber}`,
        customer_id: customerId,
        event_name: 'api.tokens_used',
        metadata: { tokens, ...metadata },
      },
    ],
  });
}

/** The status and body a call was refused with. */
export async function refusal(
  call: PromiseLike<unknown>,
): Promise<{ status: number | undefined; code: unknown; message: string }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof DodoPayments.APIError)) throw error;
    const body: unknown = error.error;
    const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
    return { status: error.status, code, message: error.message };
  }
  throw new Error('expected the call to be refused');
}
