import { InteractionResponseType } from 'discord-api-types/v10';
import { acknowledge } from './acknowledge.ts';
import { DiscordApiError } from './api-error.ts';
import { pingPayload } from './ping-payload.ts';
import { isObject } from './rules/json.ts';
import { createSigner, type InteractionSigner } from './signing.ts';
import { tellUnanswered } from './unanswered.ts';
import type { StoredInteraction, World } from './world.ts';

/** What an endpoint answered. */
export interface EndpointAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** Sends interactions to the app's endpoint. */
export interface HttpDelivery {
  /** Sends one and takes the app's answer; the deadline of the first answer is kept here. */
  deliver(interaction: StoredInteraction): Promise<void>;
  /** Posts a body with headers of the caller's choice. */
  post(body: string, headers: Record<string, string>): Promise<EndpointAnswer>;
  /** Signs a body as of now. */
  sign(body: string): Record<string, string>;
  /** Whether an endpoint may be set: it must answer a PING and refuse a wrong signature. */
  verify(url: string): Promise<boolean>;
  /** Ends what is under way. */
  end(): void;
}

/** Makes the delivery over HTTP: https://discord.com/developers/docs/interactions/receiving-and-responding#receiving-an-interaction */
export function createHttpDelivery(world: World, signer: InteractionSigner): HttpDelivery {
  const ending = new AbortController();

  async function post(
    body: string,
    headers: Record<string, string>,
    signal = ending.signal,
    url = world.application.interactionsUrl,
  ): Promise<EndpointAnswer> {
    if (!url) throw new Error('no interactions URL is set');
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Discord-Interactions/1.0 (+https://discord.com)',
        ...headers,
      },
      body,
      signal,
    });
    return { status: answer.status, contentType: answer.headers.get('content-type') ?? '', body: await answer.text() };
  }

  const sign = (body: string) => signer.headersFor(body, String(Math.floor(world.now() / 1_000)));

  const fail = (interaction: StoredInteraction, cause: string) => tellUnanswered(world, interaction, cause);

  async function deliver(interaction: StoredInteraction): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
      fail(interaction, `no answer within ${world.acknowledgeWithinMs} ms`);
    }, world.acknowledgeWithinMs);
    try {
      const body = JSON.stringify(interaction.payload);
      const answer = await post(body, sign(body), AbortSignal.any([late.signal, ending.signal]));
      interaction.http = { status: answer.status, body: answer.body, ms: world.now() - interaction.createdAt };
      if (answer.status >= 400) return fail(interaction, `the endpoint answered ${answer.status}`);
      if (answer.body === '') return await answered(interaction, late.signal);
      if (!answer.contentType.startsWith('application/json')) {
        return fail(interaction, `the endpoint answered with content type ${answer.contentType || '(none)'}`);
      }
      acknowledge(world, interaction, JSON.parse(answer.body), [], 'http');
    } catch (error) {
      fail(interaction, causeOf(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** An empty answer says that the app uses the callback route; it has the rest of the time for that. */
  async function answered(interaction: StoredInteraction, late: AbortSignal): Promise<void> {
    const probe = () => interaction.ack ?? (late.aborted ? true : undefined);
    await world.changes.until(probe, world.acknowledgeWithinMs, () => 'no callback came');
  }

  async function verify(url: string): Promise<boolean> {
    const body = JSON.stringify(pingPayload(world));
    const wrong = createSigner().headersFor(body, String(Math.floor(world.now() / 1_000)));
    try {
      const right = await post(body, sign(body), ending.signal, url);
      const refused = await post(body, wrong, ending.signal, url);
      const pong: unknown = right.status === 200 ? JSON.parse(right.body) : null;
      return isObject(pong) && pong.type === InteractionResponseType.Pong && refused.status === 401;
    } catch {
      return false;
    }
  }

  return { deliver, post, sign, verify, end: () => ending.abort() };
}

function causeOf(error: unknown): string {
  if (error instanceof DiscordApiError) return JSON.stringify(error.body());
  return error instanceof Error ? error.message : String(error);
}
