import type { SlackStore } from './store.ts';

/** What does not change while a simulator runs. */
export interface SlackSettings {
  signingSecret: string;
  botToken: string;
  /** The app-level token of Socket Mode, and what it may do. */
  appToken: string;
  appTokenScopes: readonly string[];
  appId: string;
  clientId: string;
  clientSecret: string;
  /** The old "verification token" that still travels in every payload. */
  verificationToken: string;
  /** How long the bot may take to acknowledge, in milliseconds. */
  ackDeadlineMs: number;
  /** How long a streamed message takes appends, in milliseconds. */
  streamLifetimeMs: number;
  /** `commercial`: sold outside the Marketplace, so conversations.history gives 15 messages once a minute. */
  distribution: 'internal' | 'commercial';
}

/** What the parts of the simulator share. */
export interface SlackWorld {
  store: SlackStore;
  settings: SlackSettings;
  /** Milliseconds; the clock that the simulated Slack lives by. */
  now: () => number;
  /** Milliseconds; the clock of the bot's machine, by which Bolt judges whether a signature is too old. */
  wallNow: () => number;
  /** Where the simulator listens, for example `http://127.0.0.1:4000`. */
  origin: () => string;
  triggers: Triggers;
  oauthCodes: Map<string, OAuthCode>;
}

interface OAuthCode {
  teamId: string;
  userId: string;
  scopes: string[];
  redirectUri?: string;
  issuedAt: number;
  used: boolean;
}

/** Hands out trigger ids and takes each back once. */
export interface Triggers {
  issue(userId: string): string;
  /**
   * @returns the person whose click or command it came from
   * @throws SlackApiError invalid_trigger_id, expired_trigger_id (after 3 s), exchanged_trigger_id (used before)
   */
  exchange(triggerId: string): string;
  clear(): void;
}
