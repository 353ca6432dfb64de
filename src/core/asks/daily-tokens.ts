import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Store } from '../store.ts';
import { type Clock, DAY } from '../time.ts';

/** Part of the day's tokens, set aside before an ask is held. */
export interface DailyShare {
  /** Days since 1970, UTC; null: nothing is counted. */
  day: number | null;
  /** The most that the ask may hold; null: no limit. */
  atMost: number | null;
}

/** What the whole bot charges and holds in a day (UTC), over the fleet; the operator's bound on a runaway. */
export interface DailyTokens {
  /** Sets `tokens` aside, or what is left of the day. null: nothing is left. Throws when the store is down. */
  claim(tokens: number): Promise<DailyShare | null>;
  /**
   * What was set aside turned out to be more or less. Never throws: a figure that cannot be given back counts as used
   * until the day ends.
   */
  correct(day: number | null, by: number): Promise<void>;
  /** Tells the operator, once a day, that asks are being refused. Never throws. */
  tellSpent(): Promise<void>;
}

export interface DailyTokensDeps {
  store: Pick<Store, 'increment'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Tokens; 0: no limit. */
  limit: number;
}

export function createDailyTokens({ store, clock, log, metrics, limit }: DailyTokensDeps): DailyTokens {
  const add = (what: string, day: number, by: number) =>
    store.increment(`daily_${what}:${day}`, by, (day + 2) * DAY, clock());

  async function correct(day: number | null, by: number): Promise<void> {
    if (day === null || by === 0) return;
    await add('tokens', day, by).catch((error: unknown) => {
      log.warn({ err: error, day, by }, "the day's tokens could not be corrected");
    });
  }

  return {
    correct,
    async claim(tokens) {
      if (limit === 0) return { day: null, atMost: null };
      const day = Math.floor(clock() / DAY);
      const left = limit - ((await add('tokens', day, tokens)) - tokens);
      if (left > 0) return { day, atMost: Math.min(tokens, left) };
      await correct(day, -tokens);
      return null;
    },
    async tellSpent() {
      try {
        const times = await add('spent_told', Math.floor(clock() / DAY), 1);
        if (times > 1) return;
        metrics.count('alerts');
        log.warn({ alert: 'daily_limit', limit }, 'DAILY_TOKEN_LIMIT is reached: asks are refused until midnight UTC');
      } catch (error) {
        log.warn({ err: error }, 'it could not be told that DAILY_TOKEN_LIMIT is reached');
      }
    },
  };
}
