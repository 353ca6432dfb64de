import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { WebhookRejected } from '../../src/core/dodo/billing.ts';
import type { Log } from '../../src/core/log.ts';
import { createDodoBilling } from '../../src/ports/dodo/dodo-billing.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const KEY = Buffer.from('a key that only the two of us know');
const SECRET = `whsec_${KEY.toString('base64')}`;
const BODY = Buffer.from('{"amount": 1.0, "name": "Grüße"}');

function billing(webhookKey = SECRET) {
  return createDodoBilling({
    apiKey: 'key',
    webhookKey,
    environment: 'test_mode',
    entitlementId: 'cde_1',
    clock: Date.now,
    log: quiet,
    budget: async () => true,
  });
}

/** What Dodo's server does, by node:crypto alone. */
function signed(body: Buffer, more: { id?: string; seconds?: number; key?: Buffer } = {}): Record<string, string> {
  const id = more.id ?? 'msg_1';
  const seconds = more.seconds ?? Math.floor(Date.now() / 1_000);
  const mac = createHmac('sha256', more.key ?? KEY)
    .update(`${id}.${seconds}.`)
    .update(body)
    .digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${mac}` };
}

describe('the signature of a webhook', () => {
  it('holds over the raw bytes and gives the id', () => {
    expect(billing().verifyWebhook(BODY, { ...signed(BODY), 'content-type': 'application/json' })).toBe('msg_1');
  });

  it('holds over bytes that are no text', () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    expect(billing().verifyWebhook(body, signed(body))).toBe('msg_1');
    expect(() => billing().verifyWebhook(Buffer.from([0x7b, 0xfe, 0x7d]), signed(body))).toThrow(WebhookRejected);
  });

  it('holds with the key written without its prefix', () => {
    expect(billing(KEY.toString('base64')).verifyWebhook(BODY, signed(BODY))).toBe('msg_1');
  });

  it('holds when one of several signatures does', () => {
    const headers = signed(BODY);
    const other = signed(BODY, { key: Buffer.from('old key') })['webhook-signature'];
    headers['webhook-signature'] = `v2,abc v1 ${other} ${headers['webhook-signature']}`;
    expect(billing().verifyWebhook(BODY, headers)).toBe('msg_1');
  });

  it('holds for a body that is no JSON, which is for the parser to refuse', () => {
    for (const text of ['not json', '', 'null']) {
      const body = Buffer.from(text);
      expect(billing().verifyWebhook(body, signed(body))).toBe('msg_1');
    }
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('is refused without %s', (name) => {
    const without = signed(BODY);
    delete without[name];
    const empty = { ...signed(BODY), [name]: '' };
    expect(() => billing().verifyWebhook(BODY, without)).toThrow(WebhookRejected);
    expect(() => billing().verifyWebhook(BODY, empty)).toThrow(WebhookRejected);
  });

  it('is refused without any headers', () => {
    expect(() => billing().verifyWebhook(BODY, {})).toThrow(WebhookRejected);
    expect(() => billing().verifyWebhook(BODY, Object.create(signed(BODY)))).toThrow(WebhookRejected);
  });

  it('is refused for another body, another id, another key and another time', () => {
    const port = billing();
    const changed = Buffer.from('{"amount": 1, "name": "Grüße"}');
    const now = Math.floor(Date.now() / 1_000);
    const wrong: [Buffer, Record<string, string>][] = [
      [changed, signed(BODY)],
      [BODY, { ...signed(BODY), 'webhook-id': 'msg_2' }],
      [BODY, signed(BODY, { key: Buffer.from('another key') })],
      [BODY, { ...signed(BODY), 'webhook-timestamp': String(now - 10) }],
      [BODY, signed(BODY, { seconds: now - 400 })],
      [BODY, signed(BODY, { seconds: now + 400 })],
      [BODY, { ...signed(BODY), 'webhook-timestamp': 'soon' }],
      [BODY, { ...signed(BODY), 'webhook-signature': 'v1,' }],
      [BODY, { ...signed(BODY), 'webhook-signature': 'v1' }],
    ];
    for (const [body, headers] of wrong) expect(() => port.verifyWebhook(body, headers)).toThrow(WebhookRejected);
  });

  it.each(['', 'whsec_', 'not base64!'])('cannot be checked with the key %j, which shows at the start', (key) => {
    expect(() => billing(key)).toThrow(/The Dodo webhook key/);
    if (key.length > 6) expect(() => billing(key)).not.toThrow(key);
  });
});
