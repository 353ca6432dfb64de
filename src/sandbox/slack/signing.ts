import { createHmac } from 'node:crypto';

/**
 * Slack's request signature, version 0.
 * Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @param timestamp seconds since 1970
 * @param body the raw request body
 */
export function signSlackRequest(signingSecret: string, timestamp: number, body: string): string {
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return `v0=${digest}`;
}

/** The two headers that carry the signature. `nowMs` in milliseconds. */
export function signatureHeaders(signingSecret: string, nowMs: number, body: string): Record<string, string> {
  const timestamp = Math.floor(nowMs / 1000);
  return {
    'X-Slack-Request-Timestamp': String(timestamp),
    'X-Slack-Signature': signSlackRequest(signingSecret, timestamp, body),
  };
}
