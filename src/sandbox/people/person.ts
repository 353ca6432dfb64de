import type { ChatUser } from '../../core/chat/chat.ts';
import type { SeenForm } from './seen-form.ts';

/** A button as a person sees it: `action` is pressed, `url` is opened. */
export interface SeenButton {
  label: string;
  action: string | null;
  url: string | null;
}

/** A message of the bot as a person sees it now. Times are milliseconds since 1970. */
export interface Seen {
  id: string;
  /** `private` is only this person's to see, in a channel; `dm` is the conversation with the bot. */
  place: 'public' | 'private' | 'dm';
  text: string;
  buttons: SeenButton[];
  /** Every text it has had, oldest first, the present one last. */
  versions: string[];
  at: number;
  /** The platform shows that an answer is coming. */
  isLoading: boolean;
}

/** Something that a person did, and what the bot answers. */
export interface Happening {
  /** The messages of the answer as this person sees them now, oldest first. */
  answer(): Seen[];
  /** What the platform says by itself when the bot gave no answer. */
  failure(): string | null;
}

export type Place = 'channel' | 'dm';

/** Somebody in front of Discord or Slack. */
export interface Person {
  readonly name: string;
  readonly platform: ChatUser['platform'];
  /** Who that is to the bot. */
  readonly user: ChatUser;
  /**
   * Uses a slash command; the text is its first option.
   * @throws Error when this platform would not let it through
   */
  command(name: string, text?: string, place?: Place): Happening;
  /**
   * Writes to the bot: in the channel by calling it by its name, or in a direct message.
   * @throws Error when the bot hears of no messages here
   */
  write(text: string, place?: Place): Happening;
  /** Presses a button. @throws Error when the person does not see that message or that button */
  press(messageId: string, action: string): Happening;
  /** The form that was opened last and neither sent nor put away; null when there is none. */
  form(): SeenForm | null;
  /** Sends that form; the values by the names of its fields. @throws Error when the platform would not let it through */
  submit(form: SeenForm, values: Readonly<Record<string, string>>): Happening;
  putAway(form: SeenForm): void;
  /** Every message of the bot that this person can see, oldest first. */
  sees(): Seen[];
}
