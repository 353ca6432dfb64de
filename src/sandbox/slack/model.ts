import type { AnyBlock, View } from '@slack/types';
import type { ChatPostMessageArguments } from '@slack/web-api';

/** A workspace. `enterpriseId` is set when it belongs to an Enterprise organisation. */
export interface SlackTeam {
  id: string;
  name: string;
  domain: string;
  enterpriseId?: string;
}

/** `im` is the direct conversation of one person with the bot. */
export interface SlackChannel {
  id: string;
  teamId: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  members: Set<string>;
  botMember: boolean;
  archived: boolean;
}

/** `closed` direct messages: the app's Messages tab is off, so the bot may open the conversation but not post in it. */
export interface SlackUser {
  id: string;
  teamId: string;
  name: string;
  isBot: boolean;
  dms: 'open' | 'closed';
  deactivated: boolean;
  locale: string;
}

/** Who would have been called by a message: everybody here, everybody, a person or a group. */
export interface Ping {
  kind: 'channel' | 'here' | 'everyone' | 'user' | 'group';
  id?: string;
}

/** What a message looked like after one change, and when (milliseconds of the simulator's clock). */
export interface MessageVersion {
  change: 'posted' | 'updated' | 'appended' | 'stopped' | 'deleted';
  at: number;
  sequence: number;
  text: string;
  blocks: AnyBlock[];
  metadata?: ChatPostMessageArguments['metadata'];
}

/** How a message came to be. */
type MessageSource = 'person' | 'chat.postMessage' | 'chat.postEphemeral' | 'stream' | 'response_url' | 'ack';

export interface SlackMessage {
  ts: string;
  teamId: string;
  channel: string;
  user: string;
  source: MessageSource;
  fromBot: boolean;
  text: string;
  blocks: AnyBlock[];
  threadTs?: string;
  metadata?: ChatPostMessageArguments['metadata'];
  /** Only this person sees it. */
  ephemeralFor?: string;
  /** The pings that the current text would cause; those of earlier versions are in `everPinged`. */
  pings: Ping[];
  everPinged: Ping[];
  stream?: { state: 'open' | 'stopped'; startedAt: number };
  /** The mark that people see: for texts, not for blocks. */
  edited: boolean;
  deleted: boolean;
  /** Milliseconds of the simulator's clock. */
  postedAt: number;
  sequence: number;
  history: MessageVersion[];
}

/** One install of the app: what its bot token may do, and where. */
export interface Installation {
  token: string;
  teamId: string;
  botUserId: string;
  botId: string;
  scopes: string[];
  active: boolean;
}

/** One request that the bot sent to the simulator. */
export interface SlackRequest {
  at: number;
  method: string;
  args: Record<string, unknown>;
  teamId?: string;
  status: number;
  error?: string;
  /** True for a method or route that the simulator does not have. */
  unexpected: boolean;
}

/** One request that the simulator sent to the bot. `status` is absent when no answer came. */
export interface SlackDelivery {
  at: number;
  kind: 'command' | 'interactivity' | 'event' | 'verification';
  headers: Record<string, string>;
  body: string;
  status?: number;
  error?: string;
}

/** A modal or a Home tab that a person has in front of them. */
export interface SlackView {
  id: string;
  teamId: string;
  userId: string;
  hash: string;
  view: View;
  openedAt: number;
  sequence: number;
  rootId: string;
  previousId: string | null;
  open: boolean;
}

/** Where a session of an agent stands; `loading` is the short text shown by assistant.threads.setStatus. */
export interface SlackSession {
  channel: string;
  threadTs: string;
  status: string;
  title?: string;
  loading?: string;
  updatedAt: number;
}
