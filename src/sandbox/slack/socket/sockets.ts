import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SlackWorld } from '../world.ts';
import { createConnection, type DisconnectReason, type SlackConnection } from './connection.ts';

/** Source: https://docs.slack.dev/apis/events-api/using-socket-mode#connections */
const MAX_CONNECTIONS = 10;
const TICKET_LIFETIME_MS = 30_000;
/** About five hours, in seconds, as Slack's own greeting says. */
const CONNECTION_TIME = 18_060;
const PATH = '/link/';

/** The WebSockets of the app, and how they are made to fail. */
export interface SlackSockets {
  /** Those that are open, oldest first. */
  readonly connections: readonly SlackConnection[];
  /** Socket Mode is switched on in the app's settings; without it every connection is ended with `link_disabled`. */
  enabled: boolean;
  /** Pings are neither sent nor answered while this is true. */
  silent: boolean;
  /** @returns a ws:// address that works once, for half a minute */
  issueUrl(): string;
  /** The connection whose turn it is; undefined when there is none. */
  next(): SlackConnection | undefined;
  /** Asks one connection to leave, or all of them. */
  disconnect(reason: DisconnectReason, connection?: SlackConnection): void;
  /** Cuts one connection, or all of them. */
  drop(connection?: SlackConnection): void;
  /** Cuts all, forgets tickets and switches. */
  clear(): void;
}

export function createSockets(world: SlackWorld): SlackSockets & { listen(server: Server): void } {
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  const connections: SlackConnection[] = [];
  const tickets = new Map<string, number>();
  let opened = 0;
  let turns = 0;

  function admit(socket: WebSocket): void {
    opened += 1;
    const connection = createConnection(socket, `applink-${opened}`, () => sockets.silent);
    if (!sockets.enabled) {
      connection.askToLeave('link_disabled');
      return;
    }
    if (connections.length >= MAX_CONNECTIONS) {
      connection.askToLeave('too_many_websockets');
      return;
    }
    connections.push(connection);
    socket.on('close', () => connections.splice(connections.indexOf(connection), 1));
    connection.say({
      type: 'hello',
      num_connections: connections.length,
      debug_info: { host: connection.host, build_number: 1, approximate_connection_time: CONNECTION_TIME },
      connection_info: { app_id: world.settings.appId },
    });
  }

  function take(ticket: string): boolean {
    const issuedAt = tickets.get(ticket);
    tickets.delete(ticket);
    return issuedAt !== undefined && world.now() - issuedAt <= TICKET_LIFETIME_MS;
  }

  const sockets: ReturnType<typeof createSockets> = {
    connections,
    enabled: true,
    silent: false,
    issueUrl() {
      const ticket = world.store.ids.secret();
      tickets.set(ticket, world.now());
      const url = new URL(PATH, world.origin().replace(/^http/, 'ws'));
      url.search = new URLSearchParams({ ticket, app_id: world.settings.appId }).toString();
      return url.href;
    },
    next() {
      turns += 1;
      return connections[turns % connections.length];
    },
    disconnect(reason, connection) {
      if (reason === 'link_disabled') this.enabled = false;
      for (const leaving of connection ? [connection] : [...connections]) leaving.askToLeave(reason);
    },
    drop(connection) {
      for (const cut of connection ? [connection] : [...connections]) cut.drop();
    },
    clear() {
      for (const socket of server.clients) socket.terminate();
      tickets.clear();
      this.enabled = true;
      this.silent = false;
    },
    listen(http) {
      http.on('upgrade', (request, stream: Duplex, head) => {
        const { pathname, searchParams } = new URL(request.url ?? '/', world.origin());
        if (pathname !== PATH || !take(searchParams.get('ticket') ?? '')) {
          stream.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
          return;
        }
        server.handleUpgrade(request, stream, head, admit);
      });
    },
  };
  return sockets;
}
