import type { AnswerView, MessageHandle, Reply, Responder, Visibility } from '../../core/chat/chat.ts';
import { PlatformError } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Millis } from '../../core/time.ts';
import { persist } from '../persist.ts';
import { openAnswer } from './answer.ts';
import type { DiscordApi } from './api.ts';
import type { AskedMessage } from './asked-message.ts';
import { discordCode } from './errors.ts';
import { messageHandle } from './handle.ts';
import { createInTurn } from './in-turn.ts';
import { createLine, type Line } from './line.ts';
import { createChannelOutlet, type Posted } from './outlet.ts';
import { replySheets } from './render.ts';
import { directWay } from './ways.ts';

export interface MessageResponderOptions {
  api: DiscordApi;
  applicationId: string;
  message: AskedMessage;
  /** The id of the DM channel with a user. */
  dmChannel(user: string): Promise<string>;
  editIntervalMs: Millis;
  clock: Clock;
  log: Log;
}

/** A responder, and what only the platform may say by it. */
export interface MessageResponder extends Responder {
  /** Answers where the member asked, for everybody there to read. Throws PlatformError. */
  remark(text: string): Promise<void>;
}

/** How long a plain reply is tried for. */
const REPLY_WITHIN: Millis = 20_000;

const DM_CLOSED =
  'My reply is for you alone, but Discord does not let me send you a DM. Allow direct messages from this server and ask again, or use a command: only you see what I reply to it.';

/**
 * Answers a message. Where the member takes no DMs, a reply leaves a word without its text in the channel, unless there is
 * an answer already, and throws. Discord shows a message to one member only below an interaction, so here what is private goes by DM.
 */
export function createMessageResponder(options: MessageResponderOptions): MessageResponder {
  const { api, message, clock, log } = options;
  const { isPrivatePlace } = message.turn;
  const inTurn = createInTurn();
  let visibility: Visibility | null = null;
  /** The member has seen something of this turn. */
  let isAnswered = false;

  /** Where the member asked, as a reply to the message. */
  const here = (purpose: string) =>
    createChannelOutlet({
      api,
      channel: message.channel,
      kind: isPrivatePlace ? 'dm' : 'channel',
      replyTo: message.id,
      mark: `${purpose}${message.id}`,
    });
  const hereWay = (purpose: string) => ({ isOpen: () => true, open: () => here(purpose) });
  const byDm = (purpose: string) =>
    directWay(api, { dm: () => options.dmChannel(message.user), mark: `${purpose}${message.id}` });
  const line = (...ways: Parameters<typeof createLine>[0]) => createLine(ways, message.id, log);

  const replies = line(isPrivatePlace ? hereWay('r') : byDm('r'));
  const remarks = line(hereWay('n'));

  async function post(through: Line, reply: Reply): Promise<void> {
    for (const sheet of replySheets(reply)) {
      await persist(() => through.through((outlet) => outlet.post(sheet)), { withinMs: REPLY_WITHIN, clock });
    }
  }

  async function reply(message: Reply): Promise<void> {
    try {
      await post(replies, message);
    } catch (error) {
      if (isPrivatePlace || !(error instanceof PlatformError) || error.fault !== 'refused') throw error;
      log.info({ cause: options.message.id, code: discordCode(error) }, 'a member takes no DMs');
      if (!isAnswered) await post(remarks, { text: DM_CLOSED });
      isAnswered = true;
      throw error;
    }
    isAnswered = true;
  }

  async function open(placeholder: Reply): Promise<AnswerView> {
    const isHere = isPrivatePlace || visibility === 'public';
    const ways = isHere ? line(hereWay('a'), byDm('a')) : line(byDm('a'));
    const handleOf = (posted: Posted): MessageHandle =>
      messageHandle({ applicationId: options.applicationId, user: message.user, message: posted });
    const view = await openAnswer({ ...options, line: ways, placeholder, handleOf });
    isAnswered = true;
    return view;
  }

  return {
    async acknowledge(wanted) {
      visibility ??= wanted;
    },
    reply: (message) => inTurn(() => reply(message)),
    openAnswer: (placeholder) => inTurn(() => open(placeholder)),
    openForm: () => Promise.reject(new PlatformError('refused', 'only the press of a button can open a form')),
    remark: (text) => inTurn(() => post(remarks, { text })),
  };
}
