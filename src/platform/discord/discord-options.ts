import type { ChatApp } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Millis } from '../../core/time.ts';

/** What Discord needs whichever way its interactions come. */
export interface DiscordOptions {
  applicationId: string;
  /** The bot's token. */
  token: string;
  /** Without the version; default https://discord.com/api. */
  apiUrl?: string;
  chat: ChatApp;
  clock: Clock;
  log: Log;
  /** How long the ChatApp may take before the platform acknowledges by itself; default 2,000 ms of Discord's 3,000. */
  ackDeadlineMs?: Millis;
  /** Pause between two edits of a streaming answer; default 1,000 ms. */
  editIntervalMs?: Millis;
}
