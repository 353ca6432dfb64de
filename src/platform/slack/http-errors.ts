import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import type { Log } from '../../core/log.ts';
import { UnreadablePayloadError } from './bolt-app.ts';

const CODES: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['bad_request', 'The request is not a Slack payload.'],
  401: ['bad_signature', 'The signature is missing or wrong.'],
  413: ['too_large', 'The request is larger than 1 MB.'],
  500: ['internal_error', 'Something went wrong.'],
};

function bodyOf(status: number): { error: { code: string; message: string } } {
  const [code, message] = CODES[status] ?? ['error', 'The request was refused.'];
  return { error: { code, message } };
}

/** Gives Bolt's refusals, which are a bare status, the error body of this app's other routes. */
export function describeRefusals(_request: Request, response: Response, next: NextFunction): void {
  const send = response.send.bind(response);
  response.send = (body?: unknown) => {
    if (body === undefined && response.statusCode >= 400) return response.json(bodyOf(response.statusCode));
    return send(body);
  };
  next();
}

export interface FailedEvent {
  error: Error;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Answers a request that Bolt failed to process; @returns true, which ends Bolt's own watch over it. */
export function createEventErrorHandler(log: Log): (failed: FailedEvent) => Promise<boolean> {
  return async ({ error, response }) => {
    const isUnreadable = error instanceof UnreadablePayloadError;
    if (isUnreadable) log.warn({}, 'a signed request is not a Slack payload');
    else log.error({ err: error, requestId: response.getHeader('x-request-id') }, 'a request of Slack failed');
    writeError(response, isUnreadable ? 400 : 500);
    return true;
  };
}

/** The end of every error that reaches Express on Slack's routes: no stack trace, no hanging request. */
export function createRouteErrorHandler(log: Log) {
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    log.error({ err: error, requestId: response.get('x-request-id') }, 'a Slack route failed');
    writeError(response, 500);
  };
}

/** Ends a response with the error body of this app's routes, as far as it can still be written. */
export function writeError(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/json' });
  if (!response.writableEnded) response.end(JSON.stringify(bodyOf(status)));
}
