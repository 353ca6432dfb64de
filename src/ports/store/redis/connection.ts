import { setImmediate as nextTick } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import { createDeadline } from './deadline.ts';
import { type LinkClient, type MasterNode, openLink, type RedisLink } from './link.ts';
import { parseRedisUrl, type RedisAddress } from './redis-url.ts';

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const REPEATED_AFTER_MS = 60_000;

export interface ConnectionOptions {
  url: string;
  /** Told when the connection is lost and when it is back. */
  onWarning?: (message: string) => void;
  /** Milliseconds that a call may take before it is rejected; 1,500 by default. */
  timeoutMs?: number;
}

/** The connection to Redis, made anew by itself whenever it breaks or hangs. */
export interface RedisConnection {
  /** Where it leads, without the password. */
  description: string;
  isCluster: boolean;
  /** Grows with each new link: what is asked of one link must not be answered by another. */
  generation(): number;
  /** What has the same lane shares a socket: its commands are done in the order of their sending. */
  lane(key: string): string;
  /**
   * Sends one command to the node that has `key`. The commands of one tick and lane share a round trip.
   * @throws Error within `timeoutMs` when Redis cannot be reached or does not answer; then it is not known whether the
   * command was done. What Redis itself refuses is thrown as it came.
   */
  send(key: string, args: readonly string[]): Promise<unknown>;
  /** The nodes that take writes; calls to one of them are subject to `timeoutMs` too. */
  masters(): Promise<MasterNode[]>;
  /** Runs a call of the client's own; it fails as `send` does. */
  withClient<T>(call: (client: LinkClient) => Promise<T>): Promise<T>;
  /** Ends it at once. */
  close(): void;
}

/** @throws Error that names the address and what is wrong there */
export async function openConnection(options: ConnectionOptions): Promise<RedisConnection> {
  const address = parseRedisUrl(options.url);
  const timeoutMs = options.timeoutMs ?? 1_500;
  const warn = options.onWarning ?? (() => {});
  const deadline = createDeadline(timeoutMs, `no answer within ${timeoutMs} ms; whether it was done is not known`);
  let generation = 0;
  let closed = false;
  let renewing = false;
  let renewedAt = performance.now();
  let warnedAt = Number.NEGATIVE_INFINITY;
  let pause: NodeJS.Timeout | undefined;
  let link: RedisLink;
  try {
    link = await open();
  } catch (error) {
    throw unreachable(address, error);
  }

  async function open(): Promise<RedisLink> {
    const opened: { link?: RedisLink } = {};
    opened.link = await openLink({
      address,
      connectTimeoutMs: timeoutMs,
      onBroken: (error) => {
        if (opened.link !== undefined && opened.link === link) renew(error);
      },
    });
    return opened.link;
  }

  /** Puts a new link in the place of the present one; the shards on the healthy nodes of a cluster go on meanwhile. */
  function renew(cause: Error): void {
    if (renewing || closed) return;
    renewing = true;
    // A node that stays down breaks each new link to its cluster: said once a minute.
    const isOld = link.isCluster && performance.now() - warnedAt < REPEATED_AFTER_MS;
    if (!isOld) {
      warnedAt = performance.now();
      warn(`The connection to ${name(address)} is lost: ${cause.message}`);
    }
    if (!link.isCluster) link.destroy();
    const early = Math.max(0, LONGEST_PAUSE_MS - (performance.now() - renewedAt));
    attempt(link.isCluster ? early : Math.min(early, SHORTEST_PAUSE_MS), SHORTEST_PAUSE_MS, !isOld);
  }

  function attempt(afterMs: number, nextMs: number, isTold: boolean): void {
    pause = setTimeout(async () => {
      try {
        const fresh = await open();
        if (closed) return fresh.destroy();
        const old = link;
        link = fresh;
        generation += 1;
        renewing = false;
        renewedAt = performance.now();
        setTimeout(() => old.destroy(), timeoutMs).unref();
        if (isTold) warn(`The connection to ${name(address)} is back`);
      } catch {
        // Jitter, or all processes of a fleet would come back at the same moment.
        if (!closed) attempt(nextMs * (0.5 + Math.random()), Math.min(LONGEST_PAUSE_MS, nextMs * 2), isTold);
      }
    }, afterMs);
    pause.unref();
  }

  /** Every call to a link goes through here. */
  async function ask<T>(call: (used: RedisLink) => Promise<T>): Promise<T> {
    const used = link;
    try {
      return await deadline.bound(call(used));
    } catch (error) {
      // What was the master has become a replica: another takes the writes by now.
      const isDemoted = isReply(error) && error.message.startsWith('READONLY');
      if (used === link && (isDemoted || !isReply(error)))
        renew(error instanceof Error ? error : new Error(String(error)));
      if (isReply(error) && !isRefusal(error)) throw error;
      // A caller that tries again and again at once would else never let the connection come back.
      await nextTick();
      throw unreachable(address, error);
    }
  }

  return {
    description: address.description,
    isCluster: link.isCluster,
    generation: () => generation,
    lane: (key) => link.lane(key),
    send: (key, args) => ask((used) => used.send(key, args)),
    withClient: (call) => ask((used) => call(used.client)),
    masters: async () => {
      const nodes = await ask((used) => used.masters());
      return nodes.map(({ name: address, send }) => ({ name: address, send: (args) => ask(() => send(args)) }));
    },
    close: () => {
      closed = true;
      clearTimeout(pause);
      link.destroy();
    },
  };
}

function name({ description }: RedisAddress): string {
  return `Redis at ${description}`;
}

/** Whether Redis itself said it: then it was reached, and the command was not done. */
export function isReply(error: unknown): error is Error {
  return error instanceof ErrorReply;
}

function unreachable(address: RedisAddress, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  if (isReply(cause) && isRefusal(cause))
    return new Error(`${name(address)} refuses the user or the password of its URL: ${message}`, { cause });
  return new Error(`${name(address)} cannot be reached: ${message}`, { cause });
}

function isRefusal({ message }: Error): boolean {
  return /^(NOAUTH|WRONGPASS|ERR AUTH|ERR invalid password)/.test(message);
}
