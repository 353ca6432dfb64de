import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type Router } from 'express';
import type { Log } from '../core/log.ts';
import type { Clock } from '../core/time.ts';
import { createErrorHandler, notFound } from './errors.ts';
import { createRequestIds } from './request-id.ts';

export interface WebServer {
  /** For what must mount itself, such as Bolt's receiver. No body parser stands before it. */
  express: Express;
  mount(routers: readonly Router[]): void;
  /** @returns where it listens on this machine. @throws Error when the port is taken */
  listen(port: number): Promise<string>;
  /** New connections are refused; running requests may end for as long as their senders wait. */
  stopAccepting(): void;
  close(): Promise<void>;
}

/** How long a closing server waits for requests before it drops them: running answers are interrupted after six seconds. */
const DRAIN_MS = 7_000;

/**
 * The one Express app.
 * @param trustedProxies how many proxies stand before it, each adding to X-Forwarded-For whom it had the request from
 */
export function createWebServer(log: Log, clock: Clock, trustedProxies: number): WebServer {
  const app = express();
  app.set('trust proxy', trustedProxies);
  app.disable('x-powered-by');
  // Nobody asks for the same answer again: a hash of each would be made for nothing. Files have tags of their own.
  app.disable('etag');
  app.use(createRequestIds(log, clock));
  let server: Server | null = null;
  let closed: Promise<void> | null = null;

  function stopAccepting(): void {
    const listening = server;
    if (listening === null || closed !== null) return;
    const drain = setTimeout(() => listening.closeAllConnections(), DRAIN_MS);
    closed = new Promise((resolve) => {
      listening.close(() => {
        clearTimeout(drain);
        resolve();
      });
    });
    listening.closeIdleConnections();
  }

  return {
    express: app,
    mount(routers) {
      for (const router of routers) app.use(router);
      log.debug({ routes: routesOf(app.router) }, 'routes are mounted');
      app.use(notFound, createErrorHandler(log));
    },
    async listen(port) {
      const listening = app.listen(port);
      server = listening;
      await new Promise<void>((resolve, reject) => {
        listening.once('listening', resolve);
        listening.once('error', (error: NodeJS.ErrnoException) => {
          server = null;
          if (error.code !== 'EADDRINUSE') reject(new Error(`cannot listen on port ${port}`, { cause: error }));
          else reject(new Error(`cannot listen: port ${port} is in use: set PORT to another one`));
        });
      });
      return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    },
    stopAccepting,
    async close() {
      stopAccepting();
      await closed;
    },
  };
}

/** @returns every route of a router and of the routers in it, such as `GET /healthz`. None of ours stands below a prefix. */
function routesOf({ stack }: Pick<Router, 'stack'>): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (route !== undefined) {
      // One for all methods has none, whatever its type says.
      return route.stack.map(({ method }) => `${method?.toUpperCase() ?? 'ALL'} ${route.path}`).filter(isFirst);
    }
    return 'stack' in handle ? routesOf(handle as unknown as Router) : [];
  });
}

function isFirst<Item>(item: Item, index: number, all: readonly Item[]): boolean {
  return all.indexOf(item) === index;
}
