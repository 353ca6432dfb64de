import type { APIInteraction, GatewayDispatchPayload } from 'discord.js';
import { GatewayDispatchEvents, InteractionResponseType, InteractionType, MessageFlags } from 'discord.js';
import type { Messenger } from '../../core/chat/chat.ts';
import type { Millis } from '../../core/time.ts';
import { createDiscordApi } from './api.ts';
import { respondByCallback } from './callback.ts';
import { checkApplication } from './check-application.ts';
import type { DiscordOptions } from './discord-options.ts';
import { createGatewayConnection, type GatewayConnection } from './gateway-connection.ts';
import { createMessenger } from './messenger.ts';
import { openPatiently } from './open-patiently.ts';
import { createReceive } from './receive.ts';
import { createReceiveMessage } from './receive-message.ts';
import { createUnderWay } from './under-way.ts';

export interface DiscordGatewayOptions extends DiscordOptions {
  /** Discord has closed the gateway and must not be called again; the message says what to do. */
  onFatal(error: Error): void;
}

/** Discord, by way of its gateway: no public address is needed, and messages are heard besides interactions. */
export interface DiscordGateway {
  messenger: Messenger;
  /** Asks Discord whether token and application id belong together, and interactions come by the gateway. Throws when not. */
  check(): Promise<void>;
  /**
   * Resolves when every shard is there; goes on trying while Discord is away. Throws with the cure when Discord refuses
   * for good, and when `disconnect` comes in between. Once there, it comes back by itself when it is lost.
   */
  connect(): Promise<void>;
  /** Leaves the gateway; turns under way go on. `connect` may follow. Never throws. */
  disconnect(): Promise<void>;
  /** Events are heard now. */
  isConnected(): boolean;
  /** Takes no new turns, waits up to ten seconds for those under way, and leaves. */
  close(): Promise<void>;
}

const CLOSE_WITHIN: Millis = 10_000;
const RESTARTING = 'I am being restarted. Please try again in a minute.';

/** Asks nothing of Discord yet. */
export function createDiscordGateway(options: DiscordGatewayOptions): DiscordGateway {
  const { applicationId, clock, log, ackDeadlineMs = 2_000, editIntervalMs = 1_000 } = options;
  const apiUrl = options.apiUrl ?? 'https://discord.com/api';
  const api = createDiscordApi({ ...options, apiUrl });
  const receive = createReceive({ ...options, api, ackDeadlineMs, editIntervalMs });
  const receiveMessage = createReceiveMessage({ ...options, api, editIntervalMs });
  const underWay = createUnderWay();
  let isOpen = true;
  let connection: GatewayConnection | null = null;
  let stay: { leaving: AbortController; opened: Promise<GatewayConnection> } | null = null;

  function onEvent(event: GatewayDispatchPayload, bot: string): void {
    if (event.t === GatewayDispatchEvents.InteractionCreate) {
      void underWay.add(isOpen ? onInteraction(event.d) : putOff(event.d));
    } else if (event.t === GatewayDispatchEvents.MessageCreate && isOpen) {
      const { guild_id: guild } = event.d;
      const role = guild === undefined ? null : (connection?.roleIn(guild) ?? null);
      void underWay.add(receiveMessage(event.d, bot, role));
    }
  }

  const onInteraction = (interaction: APIInteraction) =>
    receive(interaction, respondByCallback(api, interaction, clock));

  /** While shutting down. */
  async function putOff(interaction: APIInteraction): Promise<void> {
    if (interaction.type === InteractionType.ApplicationCommandAutocomplete) return;
    const data = { content: RESTARTING, flags: MessageFlags.Ephemeral as const };
    await respondByCallback(
      api,
      interaction,
      clock,
    )({ type: InteractionResponseType.ChannelMessageWithSource, data }).catch((error: unknown) => {
      log.info({ interaction: interaction.id, fault: String(error) }, 'a member could not be put off');
    });
  }

  function begin() {
    const leaving = new AbortController();
    const make = () => {
      connection = createGatewayConnection({ ...options, apiUrl, onEvent });
      return connection;
    };
    const begun = { leaving, opened: openPatiently(make, leaving.signal, log) };
    begun.opened.catch(() => {
      if (stay === begun) stay = null;
    });
    return begun;
  }

  async function disconnect(): Promise<void> {
    const left = stay;
    stay = null;
    left?.leaving.abort();
    const opened = await left?.opened.catch(() => null);
    await opened?.end();
  }

  return {
    messenger: createMessenger(api, clock),
    async check() {
      const { interactions_endpoint_url: url } = await checkApplication(api, applicationId);
      if (typeof url !== 'string' || url === '') return;
      throw new Error(
        `Discord sends interactions to ${url}, so none come by the gateway: empty "Interactions Endpoint URL" at https://discord.com/developers/applications, your application, page "General Information", or set DISCORD_TRANSPORT to http`,
      );
    },
    async connect() {
      if (!isOpen) throw new Error('expected a platform that was not closed');
      stay ??= begin();
      await stay.opened;
    },
    disconnect,
    isConnected: () => connection?.isUp() ?? false,
    async close() {
      isOpen = false;
      await underWay.ended(CLOSE_WITHIN);
      await disconnect();
      api.close();
    },
  };
}
