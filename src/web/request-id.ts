import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Log } from '../core/log.ts';
import type { Clock } from '../core/time.ts';

const HEADER = 'X-Request-Id';

/** What a sender may call its request; anything else could forge lines of the log. */
const PLAUSIBLE = /^[\w.:-]{1,64}$/;

/**
 * Gives each request an id, its sender's or one of ours, sends it back, and logs the request under it once it is
 * answered. The address is told as the route has it: addresses themselves may carry links that are keys.
 */
export function createRequestIds(log: Log, clock: Clock): RequestHandler {
  return (request, response, next) => {
    const told = request.get(HEADER);
    const requestId = told !== undefined && PLAUSIBLE.test(told) ? told : randomUUID();
    response.set(HEADER, requestId);
    const begunAt = clock();
    response.once('close', () => {
      const { method, route } = request;
      const path = typeof route?.path === 'string' ? `${request.baseUrl}${route.path}` : null;
      const facts = { requestId, method, path, status: response.statusCode, ms: clock() - begunAt };
      log.debug(facts, response.writableFinished ? 'a request was answered' : 'a request was not waited for');
    });
    next();
  };
}

/** @returns the id of the request that this answers */
export function requestIdOf(response: Response): string {
  return String(response.get(HEADER));
}
