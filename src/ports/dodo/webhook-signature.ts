import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { type VerifyWebhook, WebhookRejected } from '../../core/dodo/billing.ts';
import { MINUTE, SECOND } from '../../core/time.ts';

/** How far a webhook's time may be from ours, either way: a body that was signed once can be sent again that long. */
const TOLERANCE = 5 * MINUTE;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Checks webhooks by Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)
 * over the raw bytes: parsed and written again, the signature would not hold. Not through Dodo's SDK, which hashes in
 * JavaScript and parses the body twice: that takes longer than sealing and storing it.
 * @param webhookKey base64, with or without `whsec_` before it
 * @throws Error when the key can check nothing; the message never shows it
 */
export function createWebhookCheck(webhookKey: string): VerifyWebhook {
  const base64 = webhookKey.replace(/^whsec_/, '');
  if (!BASE64.test(base64))
    throw new Error('The Dodo webhook key: expected base64, with or without "whsec_" before it, came something else');
  const key = createSecretKey(base64, 'base64');

  return (body, headers) => {
    const header = (name: string): string => {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
      if (typeof value !== 'string' || value === '')
        throw new WebhookRejected(`expected the header ${name}, came none`);
      return value;
    };
    const id = header('webhook-id');
    const timestamp = header('webhook-timestamp');
    const signatures = header('webhook-signature');
    if (!(Math.abs(Number(timestamp) * SECOND - Date.now()) <= TOLERANCE)) {
      throw new WebhookRejected('the webhook was signed over five minutes ago, or ahead of our clock');
    }
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    if (!signatures.split(' ').some((signature) => isSigned(signature, expected))) {
      throw new WebhookRejected('the signature does not hold: it was made with another key, or of something else');
    }
    return id;
  };
}

/** One signature of several: while a key is being replaced, both sign. */
function isSigned(signature: string, expected: Buffer): boolean {
  if (!signature.startsWith('v1,')) return false;
  const given = Buffer.from(signature.slice('v1,'.length), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
