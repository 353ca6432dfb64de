import type { PlatformName } from '../../src/core/chat/chat.ts';

/** A message of the bot as a person reads it now. */
export interface Said {
  text: string;
  /** Nobody else sees it. */
  isPrivate: boolean;
  buttons: { label: string; url: string | null; id: string }[];
  /** Everything that it has said, oldest first. */
  versions: string[];
  /** Any version of it would have notified somebody. */
  pings: boolean;
  place: { channel: string; id: string };
  /** Of the thread that it stands in. */
  thread: string | null;
}

/** A form that a person has in front of them. */
export interface OpenForm {
  title: string;
  /** The labels of its fields. */
  labels: string[];
  /** Fills it in and sends it; the values by the names of the fields. */
  fill(values: Readonly<Record<string, string>>): Deed;
}

/** One thing that a person did, and what they see of it. */
export interface Deed {
  said(): Said[];
  /** @throws Error with what was said instead, after five seconds */
  waitFor(fits: (said: Said[]) => boolean): Promise<Said[]>;
  /** The platform delivers it once more. */
  again(): Promise<void>;
  /** What the platform itself shows when the bot did not react. */
  failure(): Promise<string | null>;
  /** @throws Error when no form was opened */
  form(): Promise<OpenForm>;
}

/** A member of either platform: the same hands and eyes over both. */
export interface Person {
  platform: PlatformName;
  id: string;
  /** Types a slash command with its one option, in the common channel unless `inDm`. */
  does(command: string, option?: string, where?: { inDm: boolean }): Deed;
  press(said: Said, label: string): Deed;
  /** Calls the bot by its name in the common channel. */
  mentions(text: string): Deed;
  /** Writes to the bot directly. */
  writes(text: string): Deed;
  /** Answers a message of the bot in the common channel: on Discord by a reply, on Slack in its thread and by name. */
  replies(to: Said, text: string): Deed;
  /** The direct conversation with the bot. */
  dms(): Said[];
  /** What everybody sees in the common channel. */
  channel(): Said[];
  closeDms(): void;
}

/** @returns the id of the button whose label begins so. @throws Error naming the labels that are there */
export function buttonOf(said: Said, label: string): string {
  const found = said.buttons.find((button) => button.label.startsWith(label));
  if (found !== undefined) return found.id;
  throw new Error(
    `expected a button "${label}", got ${said.buttons.map((button) => button.label).join(', ') || 'none'}`,
  );
}
