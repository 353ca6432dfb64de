import type { Response } from 'express';
import type { SlackFault } from './faults.ts';

/** Plays a fault to the bot. @returns the HTTP status, 0 when there is no answer */
export function playFault(fault: SlackFault, response: Response): number {
  if (fault.hang) return 0;
  if (fault.close) {
    response.socket?.destroy();
    return 0;
  }
  if (fault.retryAfter !== undefined) return refuseRate(response, fault.retryAfter);
  if (fault.error !== undefined) {
    response.status(fault.status ?? 200).json({ ok: false, error: fault.error });
    return fault.status ?? 200;
  }
  const status = fault.status ?? 500;
  response.status(status).type('text/plain').send('the simulated Slack is out of order');
  return status;
}

/** 429 with the seconds to wait. Source: https://docs.slack.dev/apis/web-api/rate-limits */
export function refuseRate(response: Response, seconds: number): number {
  response.status(429).set('Retry-After', String(seconds)).json({ ok: false, error: 'ratelimited' });
  return 429;
}
