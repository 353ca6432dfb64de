import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** A new endpoint secret in the form receivers get it: `whsec_` and base64 of 24 random bytes. */
export function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

/**
 * The three headers of Standard Webhooks (https://www.standardwebhooks.com), one signature for each secret.
 * @param at the moment of the attempt, in ms; receivers refuse what is more than five minutes off their clock
 */
export function signedHeaders(
  message: { id: string; body: string },
  secrets: readonly string[],
  at: number,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const moment = new Date(at);
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(message.id, moment, message.body)).join(' '),
  };
}
