import type { Log } from '../../core/log.ts';
import {
  ARCHIVED_THREAD,
  discordCode,
  INVALID_TOKEN,
  LOCKED_THREAD,
  MISSING_ACCESS,
  MISSING_PERMISSION,
  UNKNOWN_CHANNEL,
  UNKNOWN_INTERACTION,
  UNKNOWN_MESSAGE,
  UNKNOWN_WEBHOOK,
} from './errors.ts';
import type { Outlet } from './outlet.ts';

/** Discord's reasons why nothing more goes this way, though it may go another. */
const WAY_IS_CLOSED = new Set([
  UNKNOWN_CHANNEL,
  UNKNOWN_MESSAGE,
  UNKNOWN_WEBHOOK,
  UNKNOWN_INTERACTION,
  INVALID_TOKEN,
  MISSING_ACCESS,
  MISSING_PERMISSION,
  ARCHIVED_THREAD,
  LOCKED_THREAD,
]);

/** A way that messages to a member may go. */
export interface Way {
  /** Asked before each use. */
  isOpen(): boolean;
  /** Called once, when this way is first taken. */
  open(): Outlet | Promise<Outlet>;
}

/** The ways to a member, the next one taken when one has closed. */
export interface Line {
  /** Runs this over the present way, and from its start over the next way when the present one is closed. */
  through<Result>(run: (outlet: Outlet) => Promise<Result>): Promise<Result>;
}

/**
 * Takes the first of these ways that is open, and never goes back. The last one is always taken to be open: what it
 * refuses is thrown.
 * @param cause names in the log what the messages are about
 */
export function createLine(ways: readonly [...Way[], Way], cause: string, log: Log): Line {
  let index = 0;
  let outlet: Outlet | null = null;
  return {
    async through(run) {
      for (; ; index += 1, outlet = null) {
        const way = ways[index];
        if (way === undefined) throw new RangeError('expected the last way to be the end of it');
        const isLast = index === ways.length - 1;
        if (!isLast && !way.isOpen()) continue;
        try {
          outlet ??= await way.open();
          return await run(outlet);
        } catch (error) {
          const code = discordCode(error);
          if (isLast || code === null || !WAY_IS_CLOSED.has(code)) throw error;
          log.info({ cause, way: outlet?.kind, code }, 'this way to the member is closed');
        }
      }
    },
  };
}
