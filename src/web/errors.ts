import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '../core/log.ts';
import { StoreError } from '../core/store.ts';
import { requestIdOf } from './request-id.ts';

export interface HttpFault {
  status: number;
  code: string;
  message: string;
  /** The field of the request that is meant; of errors under `/v1`. */
  param?: string;
  /** For how long it is of no use to ask again. */
  retryAfterSeconds?: number;
}

/** A request that is answered with an error, in words that its sender may read. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  readonly fault: HttpFault;
  constructor(fault: HttpFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** A store that fails over is back by then. */
const STORE_PATIENCE_SECONDS = 10;

/** What a request is told; never a stack. Body parsers mark their errors with `status` and `type` (http-errors). */
function faultOf(error: unknown): HttpFault {
  if (error instanceof HttpProblem) return error.fault;
  if (error instanceof StoreError) {
    const message = 'Our records cannot be reached for now. Nothing was charged; please try again in a moment.';
    return { status: 503, code: 'store_unavailable', message, retryAfterSeconds: STORE_PATIENCE_SECONDS };
  }
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (status === 413) return { status: 413, code: 'body_too_large', message: 'Expected a body of at most 1 MB.' };
  if (type === 'entity.parse.failed') return { status: 400, code: 'invalid_json', message: 'Expected valid JSON.' };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, code: 'bad_request', message: 'This request cannot be read.' };
  }
  return { status: 500, code: 'internal', message: 'Something went wrong on our side.' };
}

/** OpenAI's names for kinds of errors, as its clients know them (platform.openai.com/docs/guides/error-codes). */
function typeOf(status: number): string {
  if (status === 402) return 'insufficient_quota';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** @returns the error as it stands in a body, under `/v1` in OpenAI's shape */
export function errorBody(path: string, { status, code, message, param }: HttpFault): { error: object } {
  if (!/^\/v1(\/|$)/.test(path)) return { error: { code, message } };
  return { error: { message, type: typeOf(status), param: param ?? null, code } };
}

/** The one place where an error becomes an HTTP answer. */
export function createErrorHandler(log: Log): ErrorRequestHandler {
  return (error, request, response, next) => {
    const fault = faultOf(error);
    if (fault.status >= 500 && !(error instanceof HttpProblem)) {
      log.error({ err: error, requestId: requestIdOf(response), method: request.method }, 'a request failed');
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    if (fault.retryAfterSeconds !== undefined) response.set('retry-after', String(fault.retryAfterSeconds));
    if (fault.status === 401) response.set('www-authenticate', 'Bearer');
    response.status(fault.status).json(errorBody(request.path, fault));
  };
}

/** Every path that no route has. */
export const notFound: RequestHandler = (request, response) => {
  const message = `There is nothing at ${request.method} ${request.path}.`;
  response.status(404).json(errorBody(request.path, { status: 404, code: 'not_found', message }));
};
