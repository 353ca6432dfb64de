import { createSlackIds, type SlackIds, withBlockIds } from './ids.ts';
import type {
  Installation,
  MessageVersion,
  SlackChannel,
  SlackDelivery,
  SlackMessage,
  SlackRequest,
  SlackSession,
  SlackTeam,
  SlackUser,
  SlackView,
} from './model.ts';
import { findPings } from './pings.ts';

/** What a new message needs; the rest is worked out. */
export type NewMessage = Pick<SlackMessage, 'teamId' | 'channel' | 'user' | 'source' | 'fromBot'> &
  Partial<Pick<SlackMessage, 'text' | 'blocks' | 'threadTs' | 'metadata' | 'ephemeralFor' | 'stream'>>;

type Change = Partial<Pick<SlackMessage, 'text' | 'blocks' | 'metadata'>>;

/** Everything the simulated Slack knows. Tests read it; only the simulator writes it. */
export class SlackStore {
  teams = new Map<string, SlackTeam>();
  channels = new Map<string, SlackChannel>();
  users = new Map<string, SlackUser>();
  installations = new Map<string, Installation>();
  messages: SlackMessage[] = [];
  views = new Map<string, SlackView>();
  homes = new Map<string, SlackView>();
  sessions = new Map<string, SlackSession>();
  requests: SlackRequest[] = [];
  deliveries: SlackDelivery[] = [];
  ids: SlackIds = createSlackIds();
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #onMessage: (message: SlackMessage, change: MessageVersion['change']) => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls back after every change of a message or a view. @returns how to stop it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back after a message was posted, changed or deleted; there is one such listener. */
  onMessage(listener: (message: SlackMessage, change: MessageVersion['change']) => void): void {
    this.#onMessage = listener;
  }

  /** Tells the listeners that something changed. */
  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Forgets everything, ids too. */
  clear(): void {
    for (const kept of [this.teams, this.channels, this.users, this.installations]) kept.clear();
    for (const kept of [this.views, this.homes, this.sessions]) kept.clear();
    this.messages = [];
    this.requests = [];
    this.deliveries = [];
    this.ids = createSlackIds();
  }

  /** @throws Error when the team is unknown */
  team(id: string): SlackTeam {
    return this.#known(this.teams.get(id), 'team', id);
  }

  /** @throws Error when the user is unknown */
  user(id: string): SlackUser {
    return this.#known(this.users.get(id), 'user', id);
  }

  /** @throws Error when the channel is unknown */
  channel(id: string): SlackChannel {
    return this.#known(this.channels.get(id), 'channel', id);
  }

  /** The newest active install in a team, if there is one. */
  installationOf(teamId: string): Installation | undefined {
    return [...this.installations.values()].findLast((install) => install.teamId === teamId && install.active);
  }

  /** The bot's identity in a team, also after the app was removed. */
  botOf(teamId: string): Installation | undefined {
    return [...this.installations.values()].findLast((install) => install.teamId === teamId);
  }

  /** The direct conversation of a person with the bot of a team (their own unless given), made when it is not there. */
  directChannel(userId: string, teamId = this.user(userId).teamId): SlackChannel {
    const found = [...this.channels.values()].find(
      (channel) => channel.kind === 'im' && channel.teamId === teamId && channel.members.has(userId),
    );
    if (found) return found;
    const channel: SlackChannel = {
      id: this.ids.id('D'),
      teamId,
      name: 'directmessage',
      kind: 'im',
      members: new Set([userId]),
      botMember: true,
      archived: false,
    };
    this.channels.set(channel.id, channel);
    return channel;
  }

  message(channel: string, ts: string): SlackMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts && !message.deleted);
  }

  post(message: NewMessage): SlackMessage {
    const at = this.#now();
    const text = message.text ?? '';
    const blocks = withBlockIds(message.blocks ?? [], this.ids);
    const pings = findPings(text, blocks);
    const sequence = this.ids.sequence();
    const posted: SlackMessage = {
      ...message,
      ts: this.ids.ts(at),
      text,
      blocks,
      pings,
      everPinged: pings,
      edited: false,
      deleted: false,
      postedAt: at,
      sequence,
      history: [],
    };
    posted.history.push(this.#version(posted, 'posted', at, sequence));
    this.messages.push(posted);
    this.#onMessage(posted, 'posted');
    this.changed();
    return posted;
  }

  change(message: SlackMessage, kind: MessageVersion['change'], change: Change = {}): void {
    Object.assign(message, change);
    if (change.blocks) message.blocks = withBlockIds(change.blocks, this.ids);
    message.pings = findPings(message.text, message.blocks);
    message.everPinged = [...message.everPinged, ...message.pings];
    if (kind === 'updated') message.edited = message.blocks.length === 0;
    if (kind === 'deleted') message.deleted = true;
    message.history.push(this.#version(message, kind, this.#now(), this.ids.sequence()));
    this.#onMessage(message, kind);
    this.changed();
  }

  #version(message: SlackMessage, change: MessageVersion['change'], at: number, sequence: number): MessageVersion {
    const { text, blocks, metadata } = message;
    return { change, at, sequence, text, blocks, ...(metadata && { metadata }) };
  }

  #known<T>(found: T | undefined, kind: string, id: string): T {
    if (!found) throw new Error(`Expected the id of a ${kind} of this simulator, got "${id}"`);
    return found;
  }
}
