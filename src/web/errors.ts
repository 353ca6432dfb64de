import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Log } from '../core/log.ts';
import { requestIdOf } from './request-id.ts';

interface HttpFault {
  status: number;
  code: string;
  message: string;
}

/** What a request is told; never a stack. Body parsers mark their errors with `status` and `type` (http-errors). */
function faultOf(error: unknown): HttpFault {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (status === 413) return { status: 413, code: 'body_too_large', message: 'Expected a body of at most 1 MB.' };
  if (type === 'entity.parse.failed') return { status: 400, code: 'invalid_json', message: 'Expected valid JSON.' };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, code: 'bad_request', message: 'This request cannot be read.' };
  }
  return { status: 500, code: 'internal', message: 'Something went wrong on our side.' };
}

/** The one place where an error becomes an HTTP answer. */
export function createErrorHandler(log: Log): ErrorRequestHandler {
  return (error, request, response, next) => {
    const fault = faultOf(error);
    if (fault.status >= 500) {
      log.error({ err: error, requestId: requestIdOf(response), method: request.method }, 'a request failed');
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    response.status(fault.status).json({ error: { code: fault.code, message: fault.message } });
  };
}

/** Every path that no route has. */
export const notFound: RequestHandler = (request, response) => {
  response
    .status(404)
    .json({ error: { code: 'not_found', message: `There is nothing at ${request.method} ${request.path}.` } });
};
