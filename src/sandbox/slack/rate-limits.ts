/**
 * How often a method may be called in one workspace. `channel` is chat.postMessage: about one a second in each channel,
 * with short bursts. `special` methods allow several hundred a minute.
 * Source: https://docs.slack.dev/apis/web-api/rate-limits
 */
export type Tier = 1 | 2 | 3 | 4 | 'channel' | 'special';

const PER_MINUTE: Record<Exclude<Tier, 'channel'>, number> = { 1: 1, 2: 20, 3: 50, 4: 100, special: 600 };
const CHANNEL_BURST = 5;
const MINUTE_MS = 60_000;

export interface RateLimiter {
  /**
   * Counts one call.
   * @param key what the limit is per: method and team, and the channel for tier `channel`
   * @returns 0 when it is allowed, else the seconds to wait (Retry-After)
   */
  take(tier: Tier, key: string): number;
  mode: 'real' | 'off';
  clear(): void;
}

/** @param now milliseconds */
export function createRateLimiter(now: () => number, mode: 'real' | 'off'): RateLimiter {
  const calls = new Map<string, number[]>();
  return {
    mode,
    take(tier, key) {
      if (this.mode === 'off') return 0;
      const [allowed, windowMs] =
        tier === 'channel' ? [CHANNEL_BURST, CHANNEL_BURST * 1000] : [PER_MINUTE[tier], MINUTE_MS];
      const recent = (calls.get(key) ?? []).filter((at) => at > now() - windowMs);
      calls.set(key, recent);
      const oldest = recent[0];
      if (oldest !== undefined && recent.length >= allowed)
        return Math.max(1, Math.ceil((oldest + windowMs - now()) / 1000));
      recent.push(now());
      return 0;
    },
    clear: () => calls.clear(),
  };
}
