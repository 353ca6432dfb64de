import type { APIInteractionResponse } from 'discord.js';
import { InteractionResponseType, MessageFlags } from 'discord.js';
import type { AnswerView, MessageHandle, Reply, Responder, Visibility } from '../../core/chat/chat.ts';
import { PlatformError } from '../../core/chat/chat.ts';
import type { Form } from '../../core/chat/form.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Millis } from '../../core/time.ts';
import { persist } from '../persist.ts';
import { openAnswer } from './answer.ts';
import type { DiscordApi } from './api.ts';
import { ALREADY_ACKNOWLEDGED, discordCode } from './errors.ts';
import { messageHandle } from './handle.ts';
import { createInTurn } from './in-turn.ts';
import type { Origin } from './inbound.ts';
import { createLine } from './line.ts';
import { createTokenOutlet, type Outlet, type Posted, TOKEN_LIFE, type TokenOutlet } from './outlet.ts';
import { renderMessage, replySheets, type Sheet } from './render.ts';
import { renderForm } from './render-form.ts';
import { interactionWays } from './ways.ts';

/** Hands Discord the first response to an interaction: as the answer to its request, or by the callback. */
export type FirstResponse = (response: APIInteractionResponse) => Promise<void>;

export interface ResponderOptions {
  api: DiscordApi;
  applicationId: string;
  origin: Origin;
  receivedAt: Millis;
  respond: FirstResponse;
  editIntervalMs: Millis;
  clock: Clock;
  log: Log;
}

/** A responder, and what only the platform may ask of it. */
export interface DiscordResponder extends Responder {
  isAcknowledged(): boolean;
  /** The turn is over: takes "is thinking…" away if it was never replaced. */
  conclude(): Promise<void>;
}

/** How long a plain reply is tried for. */
const REPLY_WITHIN: Millis = 20_000;

export function createResponder(options: ResponderOptions): DiscordResponder {
  const { api, origin, clock, log } = options;
  let acknowledged: Promise<boolean> | null = null;
  let visibility: Visibility = 'private';
  const inTurn = createInTurn();
  const token = createTokenOutlet(api, origin, () => visibility);
  const isPublic = () => visibility === 'public';
  const line = createLine(interactionWays({ ...options, token, isPublic }), origin.id, log);
  // Replies are between the bot and its member, also below an answer that everybody sees.
  const privately: TokenOutlet = { ...token, post: (sheet) => token.post(sheet, 'private') };
  const privateWays = interactionWays({ ...options, token: privately, isPublic: () => false });
  const replies = createLine(privateWays, origin.id, log);

  /** False when Discord did not take it: another response was there before, or it comes too late. */
  async function respond(response: APIInteractionResponse): Promise<boolean> {
    try {
      await options.respond(response);
      return true;
    } catch (error) {
      const code = discordCode(error);
      log.warn(
        { interaction: origin.id, code, fault: String(error) },
        'the first response to an interaction was not taken',
      );
      if (code === ALREADY_ACKNOWLEDGED) token.originalIsUsed();
      return false;
    }
  }

  function acknowledge(wanted: Visibility): Promise<void> {
    if (acknowledged === null) {
      visibility = wanted;
      const data = wanted === 'private' ? { flags: MessageFlags.Ephemeral as const } : {};
      acknowledged = respond({ type: InteractionResponseType.DeferredChannelMessageWithSource, data });
    }
    return acknowledged.then(() => {});
  }

  /** Answers at once with the message itself. */
  async function respondWith(sheet: Sheet): Promise<boolean> {
    const { content = '', components = [], allowed_mentions = {} } = renderMessage(sheet, 'private').body;
    const data = { content: content ?? '', components: components ?? [], allowed_mentions: allowed_mentions ?? {} };
    acknowledged = respond({
      type: InteractionResponseType.ChannelMessageWithSource,
      data: { ...data, flags: MessageFlags.Ephemeral },
    });
    const isTaken = await acknowledged;
    if (isTaken) token.originalIsUsed();
    return isTaken;
  }

  async function reply(message: Reply): Promise<void> {
    const sheets = replySheets(message);
    const [first] = sheets;
    if (acknowledged !== null) await acknowledged;
    else if (first !== undefined && (await respondWith(first))) sheets.shift();
    for (const sheet of sheets) {
      await persist(() => replies.through((outlet) => outlet.post(sheet)), { withinMs: REPLY_WITHIN, clock });
    }
  }

  async function openForm(form: Form): Promise<void> {
    if (!origin.isPress) throw new PlatformError('refused', 'only the press of a button can open a form');
    if (acknowledged !== null) throw new PlatformError('refused', 'Discord takes a form only as the first response');
    acknowledged = respond({ type: InteractionResponseType.Modal, data: renderForm(form) });
    if (!(await acknowledged)) throw new PlatformError('refused', 'Discord did not take the form');
    token.originalIsUsed();
  }

  async function open(placeholder: Reply): Promise<AnswerView> {
    await acknowledge('private');
    const token = { value: origin.token, until: options.receivedAt + TOKEN_LIFE };
    const handleOf = (message: Posted, way: Outlet['kind']): MessageHandle =>
      messageHandle({
        applicationId: options.applicationId,
        user: origin.user,
        message,
        token: way === 'token' ? token : undefined,
      });
    return openAnswer({ ...options, line, placeholder, handleOf });
  }

  return {
    acknowledge,
    // One after the other, so that the first message of one takes the place of "is thinking…".
    reply: (message) => inTurn(() => reply(message)),
    openAnswer: (placeholder) => inTurn(() => open(placeholder)),
    openForm: (form) => inTurn(() => openForm(form)),
    isAcknowledged: () => acknowledged !== null,
    async conclude() {
      await inTurn.idle();
      if ((await acknowledged) === true && token.isOriginalWaiting()) await token.dropOriginal();
    },
  };
}
