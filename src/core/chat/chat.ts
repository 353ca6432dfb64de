/**
 * What the commands and the platforms agree on. A platform turns what it receives into a Turn, and a Reply or an
 * answer into its native messages; it knows nothing of tokens. The commands know no platform.
 */

import type { Millis } from '../time.ts';
import type { Form, FormValues } from './form.ts';

export type PlatformName = 'discord' | 'slack';

/** A person on a platform. `workspace` is empty on Discord, the user's enterprise or team id on Slack. */
export interface ChatUser {
  platform: PlatformName;
  workspace: string;
  user: string;
}

/** One thing that a member did: a command, a button or a form. */
export interface Turn {
  by: ChatUser;
  /** The platform's own id of what caused it: the same when the platform delivers it twice. */
  cause: string;
  /** When it happened, by the platform: the same when it is delivered twice. Not given or null: the platform does not say. */
  causedAt?: Millis | null;
  /** Nobody else sees this conversation: a DM with the bot. */
  isPrivatePlace: boolean;
  /** The Discord server or the Slack team where it happened; null in Discord's DMs. */
  space: string | null;
  /** The conversation where it happened and, as far as the platform tells, what it stands in: a thread's channel. */
  channels: readonly string[];
}

/** `action` is opaque to a platform and comes back when the button is pressed; at most 100 characters. */
export type Button =
  | { label: string; action: string; style?: 'primary' | 'secondary' | 'danger' }
  | { label: string; url: string };

/** Standard Markdown. Long texts are the platform's to split; nothing may be lost. */
export interface Reply {
  text: string;
  buttons?: readonly Button[];
}

export type Visibility = 'public' | 'private';

/** Where a message stands, as plain JSON that the platform can use after a restart. */
export interface MessageHandle {
  platform: PlatformName;
  place: Record<string, string>;
}

/** A streaming answer. */
export interface AnswerView {
  /** Names the newest message; it may change while the answer grows. It may hold a secret of the platform's. */
  readonly handle: MessageHandle;
  /**
   * The whole text so far. Paced by the platform, latest wins; never throws, never waits.
   * @param mayWrite asked again just before it is written; false: it is dropped
   */
  show(text: string, mayWrite?: () => boolean): void;
  /** The whole final text and what stands below it. Resolves when every part was delivered; throws PlatformError. */
  finish(text: string, footer: Reply): Promise<void>;
}

/** How a turn is answered. Throws PlatformError when the platform does not take it. */
export interface Responder {
  /** Tells the platform within its time that the turn was heard. Visibility is fixed by the first call; later ones do nothing. */
  acknowledge(visibility: Visibility): Promise<void>;
  /**
   * Answers the turn; acknowledges privately when that was not done yet. A further reply is a message of its own, which
   * only the member sees.
   */
  reply(reply: Reply): Promise<void>;
  /** Starts a streaming answer with a placeholder and these buttons; acknowledge first. */
  openAnswer(placeholder: Reply): Promise<AnswerView>;
  /**
   * Answers the press of a button by a form, within the platform's three seconds and before anything else; nothing may
   * follow in this turn. What is typed comes as a turn of its own. Refused for every other turn.
   */
  openForm(form: Form): Promise<void>;
}

export interface CommandOption {
  name: string;
  description: string;
  type: 'string' | 'integer';
  required: boolean;
  choices?: readonly { name: string; value: string }[];
  min?: number;
  max?: number;
}

export interface CommandSpec {
  name: string;
  description: string;
  /** Required ones first. */
  options: readonly CommandOption[];
}

/** As the member typed them; commands check them. */
export type CommandOptions = Readonly<Record<string, string | number>>;

/**
 * What a platform hands turns to. Neither call throws: what goes wrong is told to the member. Both resolve when the
 * turn is over, the streamed answer included.
 */
export interface ChatApp {
  readonly commands: readonly CommandSpec[];
  command(name: string, options: CommandOptions, turn: Turn, responder: Responder): Promise<void>;
  /** A button was pressed. */
  action(action: string, turn: Turn, responder: Responder): Promise<void>;
  /** A form was filled in. */
  submit(action: string, values: FormValues, turn: Turn, responder: Responder): Promise<void>;
}

/** A platform did not carry a call out, or it is not known whether it did. */
export class PlatformError extends Error {
  override name = 'PlatformError';
  /** 'refused': will never work, by the member's or the platform's will (closed DMs, gone channel, late token). */
  readonly fault: 'refused' | 'rate_limited' | 'unavailable' | 'unanswered';
  readonly retryAfterMs: number | null;
  constructor(
    fault: 'refused' | 'rate_limited' | 'unavailable' | 'unanswered',
    message: string,
    facts: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: facts.cause });
    this.fault = fault;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/** Messages that nobody asked for just now: notices, and the closing of a cut answer. Each throws PlatformError. */
export interface Messenger {
  readonly platform: PlatformName;
  /**
   * Sends a DM once.
   * @param notice its `id` (at most 25 characters) marks the message, so that a second attempt can find it
   * @param lookFirst an earlier attempt went unanswered: the last messages are searched for the id before sending
   */
  direct(to: ChatUser, notice: { id: string; reply: Reply }, lookFirst: boolean): Promise<'sent' | 'found'>;
  /**
   * Replaces the end of a message that its writer can no longer finish.
   * @param mark a message that shows this was finished after all, and is left as it is
   */
  close(handle: MessageHandle, text: string, mark?: string): Promise<void>;
}
