import type DodoPayments from 'dodopayments';
import { WebhookRejected } from '../../core/dodo/billing.ts';

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/**
 * Checks a webhook by Standard Webhooks (https://www.standardwebhooks.com), through Dodo's SDK.
 * The SDK takes a call without headers for "do not check", so the headers are looked at first.
 * @param body the raw bytes: parsed and written again, the signature would not hold
 * @returns the webhook's id, the same over Dodo's retries and replays
 * @throws WebhookRejected
 */
export function verifyWebhook(client: DodoPayments, body: Buffer, headers: Record<string, string>): string {
  const signed: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (typeof value !== 'string' || value === '') throw new WebhookRejected(`expected the header ${name}, came none`);
    signed[name] = value;
  }
  const text = body.toString('utf8');
  try {
    client.webhooks.unwrap(text, { headers: signed });
  } catch (error) {
    // The body is parsed only after its signature held: what it says is parseEvent's business.
    if (!(error instanceof SyntaxError)) throw rejection(error);
  }
  return signed['webhook-id'] ?? '';
}

/**
 * Makes sure at the start that the key can check signatures at all.
 * @throws Error; the message never shows the key
 */
export function assertWebhookKeyWorks(client: DodoPayments): void {
  const headers = Object.fromEntries(HEADERS.map((name) => [name, '0']));
  try {
    client.webhooks.unwrap('{}', { headers });
  } catch (error) {
    if (isVerificationError(error)) return;
  }
  throw new Error('The Dodo webhook key: expected base64, with or without "whsec_" before it, came something else');
}

function rejection(error: unknown): unknown {
  if (!isVerificationError(error)) return error;
  return new WebhookRejected(`the signature does not hold: ${error.message}`, { cause: error });
}

/** The SDK's own copy of the class is not exported. */
function isVerificationError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'WebhookVerificationError';
}
