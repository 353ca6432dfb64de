import type {
  APIInteractionResponse,
  APIMessage,
  RawFile,
  RESTGetAPIApplicationCommandsResult,
  RESTGetCurrentApplicationResult,
  RESTPatchAPIChannelMessageJSONBody,
  RESTPostAPIChannelMessageJSONBody,
  RESTPostAPICurrentUserCreateDMChannelResult,
  RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js';
import { REST, Routes } from 'discord.js';
import type { Millis } from '../../core/time.ts';
import { toPlatformError } from './errors.ts';

const TIMEOUT: Millis = 10_000;

/** A message as Discord takes it, new or edited, with the files that go with it. */
export interface OutgoingMessage {
  body: RESTPostAPIChannelMessageJSONBody & RESTPatchAPIChannelMessageJSONBody;
  files?: RawFile[];
}

/** The calls that this program makes to Discord. Each throws PlatformError, and none is tried twice. */
export interface DiscordApi {
  /** The first response to an interaction that came by the gateway. */
  respond(interaction: string, token: string, response: APIInteractionResponse): Promise<void>;
  /** By an interaction's token; `message` may be '@original'. */
  readonly byToken: {
    followUp(token: string, message: OutgoingMessage): Promise<APIMessage>;
    edit(token: string, message: string, change: OutgoingMessage): Promise<APIMessage>;
    read(token: string, message: string): Promise<APIMessage>;
    remove(token: string, message: string): Promise<void>;
  };
  /** By the bot's own token, where it is a member. */
  readonly byBot: {
    post(channel: string, message: OutgoingMessage): Promise<APIMessage>;
    edit(channel: string, message: string, change: OutgoingMessage): Promise<APIMessage>;
    read(channel: string, message: string): Promise<APIMessage>;
    remove(channel: string, message: string): Promise<void>;
    /** The newest messages first. */
    list(channel: string, limit: number): Promise<APIMessage[]>;
    /** Shows "… is typing" for ten seconds, or until a message comes. */
    typing(channel: string): Promise<void>;
    /** The id of the DM channel with this user. */
    openDm(user: string): Promise<string>;
  };
  application(): Promise<RESTGetCurrentApplicationResult>;
  /** @param guild the only server that they are for; left out: the global ones */
  commands(guild?: string): Promise<RESTGetAPIApplicationCommandsResult>;
  overwriteCommands(commands: RESTPutAPIApplicationCommandsJSONBody, guild?: string): Promise<void>;
  close(): void;
}

export interface DiscordApiOptions {
  applicationId: string;
  token: string;
  /** Without the version, for example https://discord.com/api. */
  apiUrl: string;
}

/** discord.js's REST client; waiting out a rate limit is left to the caller. */
export function createDiscordApi({ applicationId, token, apiUrl }: DiscordApiOptions): DiscordApi {
  const settings = { api: apiUrl, version: '10', timeout: TIMEOUT, retries: 0, rejectOnRateLimit: () => true };
  const rest = new REST(settings);
  // Interaction endpoints do not count into a bot's 50 requests a second (Discord, Rate Limits, "Global Rate Limit").
  const interactions = new REST({ ...settings, globalRequestsPerSecond: Number.POSITIVE_INFINITY });

  async function call<Result>(run: () => Promise<unknown>): Promise<Result> {
    // The client forgets its token after any 401, and would then fail for ever.
    rest.setToken(token);
    try {
      return (await run()) as Result;
    } catch (error) {
      throw toPlatformError(error);
    }
  }

  const webhook = (interaction: string, message: string) => Routes.webhookMessage(applicationId, interaction, message);
  const noAuth = { auth: false };
  const commandsOf = (guild: string | undefined) =>
    guild === undefined
      ? Routes.applicationCommands(applicationId)
      : Routes.applicationGuildCommands(applicationId, guild);

  return {
    respond: (interaction, token, body) =>
      call(() => rest.post(Routes.interactionCallback(interaction, token), { body, ...noAuth })),
    byToken: {
      followUp: (interaction, message) =>
        call(() => interactions.post(Routes.webhook(applicationId, interaction), { ...message, ...noAuth })),
      edit: (interaction, message, change) =>
        call(() => interactions.patch(webhook(interaction, message), { ...change, ...noAuth })),
      read: (interaction, message) => call(() => interactions.get(webhook(interaction, message), noAuth)),
      remove: (interaction, message) => call(() => interactions.delete(webhook(interaction, message), noAuth)),
    },
    byBot: {
      post: (channel, message) => call(() => rest.post(Routes.channelMessages(channel), message)),
      edit: (channel, message, change) => call(() => rest.patch(Routes.channelMessage(channel, message), change)),
      read: (channel, message) => call(() => rest.get(Routes.channelMessage(channel, message))),
      remove: (channel, message) => call(() => rest.delete(Routes.channelMessage(channel, message))),
      list: (channel, limit) =>
        call(() => rest.get(Routes.channelMessages(channel), { query: new URLSearchParams({ limit: String(limit) }) })),
      typing: (channel) => call(() => rest.post(Routes.channelTyping(channel))),
      async openDm(user) {
        const body = { recipient_id: user };
        const channel = await call<RESTPostAPICurrentUserCreateDMChannelResult>(() =>
          rest.post(Routes.userChannels(), { body }),
        );
        return channel.id;
      },
    },
    application: () => call(() => rest.get(Routes.currentApplication())),
    commands: (guild) => call(() => rest.get(commandsOf(guild))),
    overwriteCommands: (body, guild) => call(() => rest.put(commandsOf(guild), { body })),
    close() {
      for (const client of [rest, interactions]) {
        client.clearHashSweeper();
        client.clearHandlerSweeper();
      }
    },
  };
}
