import { timingSafeEqual } from 'node:crypto';
import { ALL_EVENTS, type ListedEndpoint, type SetupPort } from '../../core/setup/setup.ts';
import { USED_EVENT_TYPES } from '../../ports/dodo/events/event-types.ts';
import { error, type Finding, warning } from './check.ts';

const PAGE = 'in Dodo\'s dashboard, "Developer", "Webhooks"';
const NONE_COMES = 'members who paid get no tokens for some minutes: only the sweep finds what no webhook told';

type WebhookPort = Pick<SetupPort, 'endpoints' | 'endpointSecret'>;

/**
 * Whether Dodo sends the bot what it needs, signed with the secret that the bot has.
 * @param wanted the bot's address for webhooks
 * @throws BillingError
 */
export async function webhookFindings(port: WebhookPort, wanted: string, webhookKey: string): Promise<Finding[]> {
  const all = await port.endpoints();
  const ours = all.filter(({ setup }) => isSame(setup.url, wanted));
  const enabled = ours.filter(({ setup }) => !setup.disabled);
  const [endpoint] = enabled;
  if (endpoint === undefined) return [absent(wanted, all, ours.length > 0)];
  return [
    ...(enabled.length === 1 ? [] : [doubled(wanted, enabled.length)]),
    ...typeFindings(endpoint),
    ...(await secretFindings(port, enabled, webhookKey)),
  ];
}

/** Written in two ways, an address is the same one. */
function isSame(url: string, wanted: string): boolean {
  const plain = (text: string) => (URL.canParse(text) ? new URL(text).href : text).replace(/\/+$/, '');
  return plain(url) === plain(wanted);
}

function absent(wanted: string, all: readonly ListedEndpoint[], isDisabled: boolean): Finding {
  const others = all.map(({ setup }) => setup.url).join(', ');
  return error({
    about: 'the webhook endpoint',
    expected: wanted,
    came: isDisabled ? 'one that is disabled' : all.length === 0 ? 'none' : `only ${others}`,
    cure: isDisabled
      ? `Enable it ${PAGE}, or by \`npm run provision -- --apply\`.`
      : "Set BASE_URL to where the bot is reached from outside (a tunnel's address on a laptop), then `npm run provision` makes the endpoint, or moves the one it made, and notes its secret.",
    symptom: NONE_COMES,
  });
}

function doubled(wanted: string, count: number): Finding {
  return warning({
    about: 'the webhook endpoints',
    expected: `one for ${wanted}`,
    came: `${count}`,
    cure: `Delete all but one ${PAGE}. Each has a secret of its own, and the bot knows one.`,
    symptom: 'webhook verification fails for every second delivery',
  });
}

function typeFindings({ setup }: ListedEndpoint): Finding[] {
  const sent = setup.eventTypes.split(', ');
  const missing = setup.eventTypes === ALL_EVENTS ? [] : USED_EVENT_TYPES.filter((type) => !sent.includes(type));
  if (missing.length === 0) return [];
  return [
    error({
      about: "the webhook endpoint's event types",
      expected: 'those that the bot acts upon',
      came: `none of ${missing.join(', ')}`,
      cure: `Add them ${PAGE}, or by \`npm run provision -- --apply\`.`,
      symptom: symptomOf(missing),
    }),
  ];
}

function symptomOf(missing: readonly string[]): string {
  const has = (family: string) => missing.some((type) => type.startsWith(family));
  if (has('credit.')) return 'balances lag behind, and purchases are told late';
  if (has('subscription.') || has('payment.')) return 'purchases are bound late, ended plans go on for a while';
  return 'tokens of refunded or disputed payments are not taken back';
}

async function secretFindings(
  port: WebhookPort,
  endpoints: readonly ListedEndpoint[],
  webhookKey: string,
): Promise<Finding[]> {
  const secrets = await Promise.all(endpoints.map(({ id }) => port.endpointSecret(id)));
  if (secrets.some((secret) => isSameSecret(secret, webhookKey))) return [];
  return [
    error({
      about: 'DODO_PAYMENTS_WEBHOOK_KEY',
      expected: 'the signing secret of the webhook endpoint',
      came: 'another one',
      cure: `Copy the secret of the endpoint ${PAGE}, set DODO_PAYMENTS_WEBHOOK_KEY to it and start the bot again. The secret of test mode is not that of live mode.`,
      symptom: 'webhook verification fails: every webhook is answered with 401',
    }),
  ];
}

/** The prefix is no part of the secret. */
function isSameSecret(one: string, other: string): boolean {
  const [a, b] = [one, other].map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}
