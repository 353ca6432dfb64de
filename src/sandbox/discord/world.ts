import type {
  APIApplicationCommand,
  APIInteraction,
  APIMessage,
  APIModalInteractionResponseCallbackData,
  APIUser,
  InteractionResponseType,
} from 'discord-api-types/v10';
import type { Changes } from './changes.ts';
import type { Pings } from './rules/mentions.ts';

/** A server. Where `botInstalled` is false only members who installed the app for themselves can use it. */
export interface SimGuild {
  id: string;
  name: string;
  locale: string;
  botInstalled: boolean;
  /** The role that is made for the bot when it joins. */
  botRole: string;
  /** Whether members may use apps from outside; if not, the answers of user-installed apps are forced ephemeral. */
  externalApps: boolean;
}

/** A channel of a guild, or the bot's DM with one person. */
export interface SimChannel {
  id: string;
  name: string;
  guildId: string | null;
  /** The person at the other end of a DM. */
  recipientId: string | null;
  /** What the bot may do here: `none` hides the channel from it (50001), `read` refuses sending (50013). */
  botAccess: 'full' | 'read' | 'none';
}

/** A person, as the simulator keeps them. */
export interface SimPerson {
  user: APIUser;
  dms: 'open' | 'closed' | 'no-mutual-guild';
  installed: 'guild' | 'user';
  locale: string;
}

/** What a message said at one time. `at` is milliseconds since 1970. */
export interface MessageVersion {
  at: number;
  content: string;
  embeds: APIMessage['embeds'];
  components: NonNullable<APIMessage['components']>;
  /** Whom this text would have notified. */
  pings: Pings;
}

/** A message with what only the simulator knows about it. */
export interface StoredMessage {
  message: APIMessage;
  /** The only person who sees it, or null when everyone in the channel does. */
  ephemeralTo: string | null;
  interactionId: string | null;
  /** Deferred and not filled in yet: the member sees "thinking…". */
  loading: boolean;
  deleted: boolean;
  allowedMentions: unknown;
  versions: MessageVersion[];
  files: { id: string; name: string; bytes: Buffer }[];
}

/** How the app acknowledged an interaction; `ms` counts from its creation. */
export interface Acknowledgement {
  type: InteractionResponseType;
  ephemeral: boolean;
  ms: number;
  via: 'http' | 'callback';
}

/** An interaction with what became of it. */
export interface StoredInteraction {
  id: string;
  token: string;
  payload: APIInteraction;
  userId: string;
  channelId: string;
  createdAt: number;
  ack: Acknowledgement | null;
  /** What the member is told when the app did not answer in time or not acceptably. */
  failure: string | null;
  /** Why, for whoever reads the sandbox. */
  failureCause: string | null;
  originalId: string | null;
  sourceMessageId: string | null;
  messageIds: string[];
  followUps: number;
  modal: APIModalInteractionResponseCallbackData | null;
  choices: unknown[] | null;
  /** Only a user installation authorised it: at most 5 follow-ups. */
  userInstallOnly: boolean;
  forcedEphemeral: boolean;
  /** The app's HTTP answer, when it gave one. */
  http: { status: number; body: string; ms: number } | null;
}

/** A REST call of the app, as it was answered. */
export interface RestCall {
  at: number;
  method: string;
  path: string;
  /** Method and path template, or null for an unknown route. */
  route: string | null;
  body: unknown;
  status: number | null;
}

/** What its owner sets for the app on Discord's pages. */
export interface SimApplicationSettings {
  /** Source: Discord, Application Resource, "Application Flags". */
  flags: number;
  /** The ways in which it can be installed: 0 in a guild, 1 for oneself. */
  integrationTypes: (0 | 1)[];
  /** Others than its owner may install it. */
  botPublic: boolean;
  /** It joins a guild only after a whole OAuth2 code grant. */
  requiresCodeGrant: boolean;
}

/** As the owner's pages are after one has followed Discord's own guide. */
export function defaultApplicationSettings(): SimApplicationSettings {
  return { flags: 0, integrationTypes: [0, 1], botPublic: true, requiresCodeGrant: false };
}

/** The app that the simulator hosts. */
interface SimApplication {
  id: string;
  name: string;
  token: string;
  bot: APIUser;
  /** Hex. */
  publicKey: string;
  interactionsUrl: string | null;
  settings: SimApplicationSettings;
}

/** Everything the simulator remembers. */
export interface DiscordStore {
  readonly guilds: Map<string, SimGuild>;
  readonly channels: Map<string, SimChannel>;
  readonly people: Map<string, SimPerson>;
  readonly messages: Map<string, StoredMessage>;
  readonly interactions: Map<string, StoredInteraction>;
  /** By guild id, `global` for the global ones. */
  readonly commands: Map<string, APIApplicationCommand[]>;
  readonly calls: RestCall[];
}

/** What happened to a message. */
export type MessageEvent = 'MESSAGE_CREATE' | 'MESSAGE_UPDATE' | 'MESSAGE_DELETE';

/** The store with what acts on it: the clock, the ids, the app and whoever waits for a change. */
export interface World {
  readonly store: DiscordStore;
  readonly application: SimApplication;
  readonly changes: Changes;
  now(): number;
  newId(): string;
  newToken(): string;
  /** Tells the bot's gateway sessions of a message. */
  announceMessage(event: MessageEvent, stored: StoredMessage): void;
  /** What `GET /gateway/bot` says. */
  gatewayInformation(): object & { url: string };
  /** Whether Discord would accept a URL as the interactions endpoint. */
  verifyEndpoint(url: string): Promise<boolean>;
  /** Where uploaded files can be fetched, without a trailing slash. */
  filesUrl(): string;
  /** How long the app may take for its first answer, milliseconds. */
  readonly acknowledgeWithinMs: number;
}

/** A store with nothing in it. */
export function createStore(): DiscordStore {
  return {
    guilds: new Map(),
    channels: new Map(),
    people: new Map(),
    messages: new Map(),
    interactions: new Map(),
    commands: new Map(),
    calls: [],
  };
}

/** Empties a store in place. */
export function clearStore(store: DiscordStore): void {
  for (const part of [store.guilds, store.channels, store.people, store.messages]) part.clear();
  store.interactions.clear();
  store.commands.clear();
  store.calls.length = 0;
}
