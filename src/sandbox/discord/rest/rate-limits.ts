import { createHash } from 'node:crypto';
import type { BucketRule } from './route.ts';

/** Requests a second over all routes but those of interactions (https://discord.com/developers/docs/topics/rate-limits). */
const GLOBAL_LIMIT = 50;

/** What a request's rate limit looks like after it was counted. */
interface RateLimitVerdict {
  headers: Record<string, string>;
  /** Null when the request may pass. Seconds. */
  retryAfter: number | null;
  global: boolean;
}

/** Counts requests in fixed windows. */
export interface RateLimits {
  mode: 'real' | 'off';
  take(rule: BucketRule, params: Record<string, string>, countsGlobally: boolean): RateLimitVerdict;
  reset(): void;
}

interface Window {
  startedAt: number;
  used: number;
}

/**
 * Makes a counter.
 * @param elapsed milliseconds on a clock that runs as the client's does, since clients wait in real time
 * @param now milliseconds since 1970, for the X-RateLimit-Reset header
 */
export function createRateLimits(elapsed: () => number, now: () => number): RateLimits {
  const windows = new Map<string, Window>();

  function use(key: string, windowMs: number, limit: number): { remaining: number; resetAfterMs: number; ok: boolean } {
    const time = elapsed();
    let window = windows.get(key);
    if (!window || time - window.startedAt >= windowMs) {
      window = { startedAt: time, used: 0 };
      windows.set(key, window);
    }
    const ok = window.used < limit;
    if (ok) window.used += 1;
    return { ok, remaining: limit - window.used, resetAfterMs: windowMs - (time - window.startedAt) };
  }

  return {
    mode: 'real',
    reset: () => windows.clear(),
    take(rule, params, countsGlobally) {
      const limits = this.mode === 'real';
      if (limits && countsGlobally) {
        const all = use('global', 1_000, GLOBAL_LIMIT);
        if (!all.ok) {
          const retryAfter = seconds(all.resetAfterMs);
          const headers = {
            'retry-after': String(Math.ceil(retryAfter)),
            'x-ratelimit-global': 'true',
            'x-ratelimit-scope': 'global',
          };
          return { headers, retryAfter, global: true };
        }
      }
      const key = [rule.name, ...rule.major.map((name) => params[name])].join(':');
      const used = limits
        ? use(key, rule.windowMs, rule.limit)
        : { ok: true, remaining: rule.limit - 1, resetAfterMs: rule.windowMs };
      const resetAfter = seconds(used.resetAfterMs);
      const headers: Record<string, string> = {
        'x-ratelimit-limit': String(rule.limit),
        'x-ratelimit-remaining': String(used.remaining),
        'x-ratelimit-reset': ((now() + used.resetAfterMs) / 1_000).toFixed(3),
        'x-ratelimit-reset-after': String(resetAfter),
        'x-ratelimit-bucket': createHash('md5').update(rule.name).digest('hex'),
      };
      if (used.ok) return { headers, retryAfter: null, global: false };
      headers['retry-after'] = String(Math.ceil(resetAfter));
      headers['x-ratelimit-scope'] = 'user';
      return { headers, retryAfter: resetAfter, global: false };
    },
  };
}

function seconds(ms: number): number {
  return Math.ceil(ms) / 1_000;
}
