import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { SECOND } from '../../core/time.ts';
import { INTERACTIONS_PATH } from '../../platform/discord/endpoint.ts';
import { EVENTS_PATH } from '../../platform/slack/http-receiver.ts';
import { type Check, error, type Finding, warning } from './check.ts';

const TIMEOUT = 8 * SECOND;

export type AddressFacts = Pick<Config, 'baseUrl' | 'port' | 'dodo' | 'discord' | 'slack'>;

/** Whether what the vendors send comes through to the bot: an unsigned request must be refused by the bot itself. */
export function addressCheck(config: AddressFacts): Check {
  return {
    id: 'address',
    title: 'Public address',
    needs: ['BASE_URL', 'PORT'],
    async run() {
      const problem = unreachableFromOutside(config);
      if (problem !== null) return [problem];
      const { baseUrl } = config;
      const health = await ask('GET', `${baseUrl}/healthz`);
      if (!isOurs(health)) return [await absent(config, health)];
      const answers = await Promise.all(
        routesOf(config).map(async (path) => ({ path, answer: await ask('POST', `${baseUrl}${path}`) })),
      );
      return answers
        .filter(({ answer }) => answer.status !== 401)
        .map(({ path, answer }) => refused(`${baseUrl}${path}`, answer));
    },
  };
}

/** @returns what is wrong with an address that nobody outside can reach; null: nothing that can be read from it */
export function unreachableFromOutside({ baseUrl, dodo }: Pick<AddressFacts, 'baseUrl' | 'dodo'>): Finding | null {
  const { hostname, protocol } = new URL(baseUrl);
  const isReal = dodo.baseUrl === null;
  if (!isReal) return null;
  if (/^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/.test(hostname)) {
    return error({
      about: 'BASE_URL',
      expected: 'an address at which Dodo reaches the bot',
      came: baseUrl,
      cure: 'Open a tunnel (for example `cloudflared tunnel --url http://localhost:3000`) or a domain, and set BASE_URL to its address.',
      symptom: 'no webhook arrives, and members come to a page that is not there after they paid',
    });
  }
  if (protocol === 'https:') return null;
  return error({
    about: 'BASE_URL',
    expected: 'an address that begins with https://',
    came: baseUrl,
    cure: 'Put a proxy with a certificate before the bot (Caddy does both by itself) and set BASE_URL to its address.',
    symptom: 'Dodo, Discord and Slack send nothing to addresses without TLS',
  });
}

interface Answer {
  /** null: there was none. */
  status: number | null;
  text: string;
}

async function ask(method: 'GET' | 'POST', url: string): Promise<Answer> {
  const stop = new AbortController();
  const limit = pause(TIMEOUT, undefined, { signal: stop.signal }).then(
    () => stop.abort(),
    () => {},
  );
  try {
    const init = method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {};
    const response = await fetch(url, { method, redirect: 'manual', signal: stop.signal, ...init });
    return { status: response.status, text: (await response.text()).slice(0, 10_000) };
  } catch (reason) {
    return { status: null, text: reasonOf(reason) };
  } finally {
    stop.abort();
    await limit;
  }
}

function reasonOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const cause = reason.cause instanceof Error && 'code' in reason.cause ? String(reason.cause.code) : reason.name;
  return cause === 'AbortError' ? `no answer within ${TIMEOUT / SECOND} s` : cause;
}

/** The bot's own way of saying that it lives. */
function isOurs({ status, text }: Answer): boolean {
  return status === 200 && /^\{"status":"ok"/.test(text);
}

function routesOf({ discord, slack }: AddressFacts): string[] {
  return [
    '/webhooks/dodo',
    ...(discord?.transport === 'http' ? [INTERACTIONS_PATH] : []),
    ...(slack?.transport === 'http' ? [EVENTS_PATH] : []),
  ];
}

async function absent({ baseUrl, port }: AddressFacts, health: Answer): Promise<Finding> {
  const isHere = isOurs(await ask('GET', `http://127.0.0.1:${port}/healthz`));
  const came = health.status === null ? health.text : `something that is not the bot (status ${health.status})`;
  const about = `${baseUrl}/healthz`;
  const expected = "the bot's answer";
  if (!isHere) {
    return warning({
      about,
      expected,
      came,
      cure: 'Start the bot (`npm start`) and run this again: whether webhooks come through shows only while it runs.',
    });
  }
  return error({
    about,
    expected: `${expected}: it runs here, at port ${port}`,
    came,
    cure: 'Look at the tunnel or the proxy: it must lead to that port. A tunnel has a new address after each start: set BASE_URL to it.',
    symptom: 'no webhook arrives',
  });
}

function refused(url: string, { status, text }: Answer): Finding {
  return error({
    about: `an unsigned POST to ${url}`,
    expected: 'the status 401 from the bot',
    came: status === null ? text : `${status}`,
    cure:
      status === 404
        ? 'Let the address lead to a process whose ROLES have web, and which is configured as this one.'
        : 'Let the proxy or the protection in front of the bot pass POST requests to this path unchanged, without a log-in or a challenge.',
    symptom: 'webhooks, commands or events do not arrive',
  });
}
