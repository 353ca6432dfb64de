import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayCloseCodes } from 'discord-api-types/v10';
import { type WebSocket, WebSocketServer } from 'ws';
import { tellUnanswered } from '../unanswered.ts';
import type { MessageEvent, SimGuild, StoredInteraction, StoredMessage, World } from '../world.ts';
import { createAdmission } from './admission.ts';
import { closeReason } from './close-codes.ts';
import { type ConnectionHost, openConnection } from './connection.ts';
import { type Controls, createControls } from './controls.ts';
import { concerns, messageEvent, shardOf } from './message-event.ts';
import { greet, tellGuild } from './ready.ts';
import type { Session } from './session.ts';
import { freshCounts, freshSettings, type GatewayState, MAX_CONCURRENCY, STARTS_A_DAY } from './state.ts';

const PATH = '/gateway';
const DAY_MS = 86_400_000;

export interface GatewayOptions {
  world: World;
  /** Milliseconds on the clock that limits are counted on. */
  elapsed(): number;
  heartbeatIntervalMs: number;
}

/** The gateway's side that the rest of the simulator uses. */
export interface Gateway {
  readonly controls: Controls;
  /** Listens on the port of the REST server. @param url of that server */
  attach(server: Server, url: string): void;
  information(): object & { url: string };
  message(event: MessageEvent, stored: StoredMessage): void;
  guild(guild: SimGuild): void;
  /** Sends an interaction to the shard of its guild; resolves when it was acknowledged or is too late. */
  deliver(interaction: StoredInteraction): Promise<void>;
  reset(): void;
  close(): void;
}

/** Discord's gateway, JSON without compression: https://discord.com/developers/docs/events/gateway */
export function createGateway({ world, elapsed, heartbeatIntervalMs }: GatewayOptions): Gateway {
  const state: GatewayState = {
    sessions: new Map(),
    connections: new Set(),
    counts: freshCounts(),
    identifiedAt: new Map(),
    settings: freshSettings(),
  };
  const sockets = new WebSocketServer({ noServer: true });
  let url = '';

  const host: ConnectionHost = {
    ...createAdmission(world, state, elapsed),
    heartbeatIntervalMs,
    elapsed,
    answersHeartbeats: () => !state.settings.dropHeartbeats,
    onIdentified(session) {
      greet(world, session, url);
      world.changes.announce();
    },
    onResumed(session, after) {
      const replayed = session.replay(after);
      state.counts.replayed += replayed ?? 0;
      if (replayed !== null) session.dispatch('RESUMED', {});
      world.changes.announce();
      return replayed;
    },
    onClosed(connection, sessionEnds) {
      state.connections.delete(connection);
      const session = connection.session();
      if (sessionEnds && session !== null) state.sessions.delete(session.id);
      world.changes.announce();
    },
  };

  /** What an outage leaves unanswered. */
  const hanging = new Set<Duplex>();

  function refuse(stream: Duplex): void {
    state.counts.refused += 1;
    if (state.settings.outage === 'cut') stream.destroy();
    else hanging.add(stream.on('close', () => hanging.delete(stream)));
    world.changes.announce();
  }

  function onSocket(socket: WebSocket, query: URLSearchParams): void {
    state.counts.connections += 1;
    if (query.get('v') === '10') state.connections.add(openConnection(socket, host));
    else socket.close(GatewayCloseCodes.InvalidAPIVersion, closeReason(GatewayCloseCodes.InvalidAPIVersion));
  }

  /** Every session of a shard hears what is meant for it: two processes with one token both do. */
  function sessionsAt(guildId: string | null): Session[] {
    return [...state.sessions.values()].filter(({ shard, shardCount }) => shard === shardOf(guildId, shardCount));
  }

  return {
    controls: createControls(state, world),
    attach(server, httpUrl) {
      url = `${httpUrl.replace(/^http/, 'ws')}${PATH}`;
      server.on('upgrade', (request, stream: Duplex, head) => {
        const { pathname, searchParams } = new URL(request.url ?? '/', httpUrl);
        const isSpoken = (searchParams.get('encoding') ?? 'json') === 'json' && !searchParams.has('compress');
        if (state.settings.outage !== null) refuse(stream);
        else if (pathname.replace(/\/$/, '') !== PATH || !isSpoken) stream.end('HTTP/1.1 501 Not Implemented\r\n\r\n');
        else sockets.handleUpgrade(request, stream, head, (socket) => onSocket(socket, searchParams));
      });
    },
    information: () => ({
      url,
      shards: state.settings.requiredShards,
      session_start_limit: {
        total: STARTS_A_DAY,
        remaining: state.settings.startsLeft,
        reset_after: DAY_MS,
        max_concurrency: MAX_CONCURRENCY,
      },
    }),
    message(event, stored) {
      const { id, channel_id } = stored.message;
      const guildId = world.store.channels.get(channel_id)?.guildId ?? null;
      for (const session of state.sessions.values()) {
        if (!concerns(world, stored, session)) continue;
        const gone = { id, channel_id, ...(guildId === null ? {} : { guild_id: guildId }) };
        session.dispatch(
          event,
          event === 'MESSAGE_DELETE' ? gone : messageEvent(world, stored, session, state.settings),
        );
      }
    },
    guild(guild) {
      for (const session of state.sessions.values()) tellGuild(world, session, guild);
    },
    async deliver(interaction) {
      const sessions = sessionsAt(interaction.payload.guild_id ?? null);
      if (sessions.length === 0) {
        tellUnanswered(world, interaction, 'no interactions URL is set, and the bot is not at the gateway');
        return;
      }
      for (const session of sessions) session.dispatch('INTERACTION_CREATE', interaction.payload);
      const { acknowledgeWithinMs } = world;
      await world.changes
        .until(
          () => interaction.ack ?? undefined,
          acknowledgeWithinMs,
          () => 'no callback came',
        )
        .catch((error: Error) => tellUnanswered(world, interaction, error.message));
    },
    reset() {
      state.counts = freshCounts();
      state.settings = freshSettings();
      state.identifiedAt.clear();
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      for (const stream of hanging) stream.destroy();
      sockets.close();
    },
  };
}
