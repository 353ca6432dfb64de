import type { RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { BillingError } from '../../src/core/dodo/billing.ts';
import type { Log } from '../../src/core/log.ts';
import { createDodoBilling, type DodoBillingOptions } from '../../src/ports/dodo/dodo-billing.ts';
import { startHttpServer } from '../../src/sandbox/http-server.ts';

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
export const NOW = Date.UTC(2026, 10, 22, 12);

/** The port, against a server of the test. */
export function billingAt(baseUrl: string, more: Partial<DodoBillingOptions> = {}) {
  return createDodoBilling({
    apiKey: 'key',
    webhookKey: 'whsec_c2VjcmV0IG9mIHRlc3Rz',
    environment: 'test_mode',
    baseUrl,
    entitlementId: 'cde_1',
    clock: () => NOW,
    log: quiet,
    budget: async () => true,
    ...more,
  });
}

/** A server that answers each request by the next of the handlers, the last one for ever. */
export async function startServer(handlers: RequestListener[], more: Partial<DodoBillingOptions> = {}) {
  const asked: string[] = [];
  const server = await startHttpServer((request, response) => {
    const handler = handlers[Math.min(asked.length, handlers.length - 1)];
    asked.push(`${request.method} ${request.url}`);
    handler?.(request, response);
  });
  onTestFinished(() => server.close());
  return { billing: billingAt(server.url, more), asked, url: server.url };
}

/** A handler that answers with a status and a body. */
export function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): RequestListener {
  const json = typeof body !== 'string';
  return (_request, response) => {
    response.writeHead(status, {
      'content-type': json ? 'application/json' : 'text/plain',
      date: new Date(NOW).toUTCString(),
      ...headers,
    });
    response.end(json ? JSON.stringify(body) : body);
  };
}

export const hangUp: RequestListener = (request) => request.socket.destroy();

/** @returns the BillingError that the call fails with */
export async function failureOf(call: Promise<unknown>): Promise<BillingError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BillingError) return error;
  throw new Error(`expected a BillingError, came ${String(error)}`);
}

/** A debit of 100 tokens. */
export const debit = { customerId: 'cus_1', tokens: 100, idempotencyKey: 'batch-1', reason: 'usage' };
