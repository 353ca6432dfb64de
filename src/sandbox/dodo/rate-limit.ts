import type { RequestHandler } from 'express';
import type { World } from './world.ts';

const WINDOW_MS = 60_000;

/**
 * Counts requests by the minute of the virtual clock while the switch is set, and answers 429 beyond it. The header names are those of
 * https://docs.dodopayments.com/api-reference/introduction; that `Reset` is in unix seconds is an assumption.
 */
export function createRateLimit(world: World): RequestHandler {
  let windowStart = 0;
  let used = 0;
  return (_request, response, next) => {
    const limit = world.switches.rateLimitPerMinute;
    if (limit === null) {
      next();
      return;
    }
    const start = Math.floor(world.clock.now() / WINDOW_MS) * WINDOW_MS;
    if (start !== windowStart) {
      windowStart = start;
      used = 0;
    }
    used++;
    response.setHeader('X-RateLimit-Limit', limit);
    response.setHeader('X-RateLimit-Remaining', Math.max(0, limit - used));
    response.setHeader('X-RateLimit-Reset', (start + WINDOW_MS) / 1000);
    if (used <= limit) {
      next();
      return;
    }
    const body = { code: 'TOO_MANY_REQUESTS', message: `More than ${limit} requests in a minute` };
    response.locals.answer = body;
    response.status(429).json(body);
  };
}
