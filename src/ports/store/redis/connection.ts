import { type LinkOptions, openLink, type RedisLink, type SendCommand } from './link.ts';
import { parseRedisUrl, type RedisAddress } from './redis-url.ts';

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

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
  /**
   * Sends one command to the node that has `key`. The commands of one tick to one node share a round trip.
   * @throws Error within `timeoutMs` when Redis cannot be reached or does not answer; then it is not known whether the
   * command was done. What Redis itself refuses is thrown as it came.
   */
  send(key: string, args: readonly string[]): Promise<unknown>;
  masters(): Promise<SendCommand[]>;
  /** Ends it at once. */
  close(): void;
}

/** @throws Error that names the address and what is wrong there */
export async function openConnection(options: ConnectionOptions): Promise<RedisConnection> {
  const address = parseRedisUrl(options.url);
  const timeoutMs = options.timeoutMs ?? 1_500;
  const warn = options.onWarning ?? (() => {});
  const linkOptions: LinkOptions = { address, connectTimeoutMs: timeoutMs, onBroken: (error) => renew(error) };
  let generation = 0;
  let closed = false;
  let renewing = false;
  let renewedAt = performance.now();
  let pause: NodeJS.Timeout | undefined;
  let link: RedisLink;
  try {
    link = await openLink(linkOptions);
  } catch (error) {
    throw unreachable(address, error);
  }

  /** Puts a new link in the place of the present one; the shards on the healthy nodes of a cluster go on meanwhile. */
  function renew(cause: Error): void {
    if (renewing || closed) return;
    renewing = true;
    warn(`The connection to ${name(address)} is lost: ${cause.message}`);
    if (!link.isCluster) link.destroy();
    const sinceLast = performance.now() - renewedAt;
    attempt(sinceLast > LONGEST_PAUSE_MS ? 0 : SHORTEST_PAUSE_MS, SHORTEST_PAUSE_MS);
  }

  function attempt(afterMs: number, nextMs: number): void {
    pause = setTimeout(async () => {
      try {
        const fresh = await openLink(linkOptions);
        if (closed) return fresh.destroy();
        const old = link;
        link = fresh;
        generation += 1;
        renewing = false;
        renewedAt = performance.now();
        setTimeout(() => old.destroy(), timeoutMs).unref();
        warn(`The connection to ${name(address)} is back`);
      } catch {
        // Jitter, or all processes of a fleet would come back at the same moment.
        if (!closed) attempt(nextMs * (0.5 + Math.random()), Math.min(LONGEST_PAUSE_MS, nextMs * 2));
      }
    }, afterMs);
    pause.unref();
  }

  async function send(key: string, args: readonly string[]): Promise<unknown> {
    const used = link;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${timeoutMs} ms; whether it was done is not known`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([used.send(key, args), late]);
    } catch (error) {
      if (isReply(error)) {
        if (error.message.startsWith('READONLY') && used === link) renew(error);
        throw error;
      }
      if (used === link) renew(error instanceof Error ? error : new Error(String(error)));
      throw unreachable(address, error);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    description: address.description,
    isCluster: link.isCluster,
    generation: () => generation,
    send,
    masters: () => link.masters(),
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

/** Whether Redis itself said it: its errors begin with a word in capitals (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z][A-Z]+ /.test(error.message);
}

function unreachable(address: RedisAddress, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  const words = isReply(cause) && /^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ERR invalid password)/.test(message);
  if (words) return new Error(`${name(address)} refuses the user or the password of its URL: ${message}`, { cause });
  return new Error(`${name(address)} cannot be reached: ${message}`, { cause });
}
