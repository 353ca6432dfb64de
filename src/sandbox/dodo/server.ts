import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { DodoApiError, DodoTextError } from './errors.ts';
import { createRateLimit } from './rate-limit.ts';
import type { ApiReply, Route } from './routing.ts';
import type { World } from './world.ts';

/** The vendor publishes no limit for bodies; a batch of 1000 events with full metadata stays below this one. */
const BODY_LIMIT = '30mb';

/** One request and its answer, for checks against the vendor's description of its API. */
export interface Exchange {
  method: string;
  /** The path as it was asked for. */
  path: string;
  /** The path of the operation, `/customers/{customer_id}`; null for a route that is not there. */
  operation: string | null;
  query: Record<string, string>;
  status: number;
  requestBody: unknown;
  /** undefined for an empty answer, a string for plain text. */
  responseBody: unknown;
}

export interface ServerOptions {
  apiKey: string;
  onExchange: ((exchange: Exchange) => void) | undefined;
}

/**
 * The API as an Express app: bearer authentication, limits and faults, the routes, and a loud 501 for the rest.
 * @param pages what browsers see; they need no key
 */
export function createServerApp(
  world: World,
  routes: readonly Route[],
  pages: RequestHandler,
  options: ServerOptions,
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    response.setHeader('Date', new Date(world.clock.now()).toUTCString());
    next();
  });
  app.use(pages);
  app.use(reportExchange(options.onExchange));
  app.use(outage(world));
  app.use(createRateLimit(world));
  app.use(authenticate(options.apiKey));
  app.use(express.json({ limit: BODY_LIMIT, strict: false, type: () => true }));
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const handler: RequestHandler = (request, response) => {
      response.locals.operation = route.path;
      const params = Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, String(value)]));
      send(response, route.handle({ params, query: flatQuery(request.query), body: request.body }));
    };
    app[routerMethod(route.method)](path, handler);
  }
  app.use((request, response) => {
    const message = `${request.method} ${request.path} is not simulated`;
    send(response, { status: 501, body: { code: 'NOT_SIMULATED', message } });
  });
  app.use(answerError());
  return app;
}

function routerMethod(method: Route['method']): 'get' | 'post' | 'patch' | 'delete' {
  return ({ GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const)[method];
}

function flatQuery(query: object): Record<string, string> {
  return Object.fromEntries(Object.entries(query).flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : [])));
}

function send(response: Response, reply: ApiReply | { status: number; text: string }): void {
  if (response.locals.isLost === true) {
    response.destroy();
    return;
  }
  response.status(reply.status);
  if ('text' in reply) {
    response.locals.answer = reply.text;
    response.type('text/plain').send(reply.text);
  } else if (reply.body === undefined) {
    response.end();
  } else {
    response.locals.answer = reply.body;
    response.json(reply.body);
  }
}

function outage(world: World): RequestHandler {
  return (request, response, next) => {
    const { outage: fault } = world.switches;
    if (fault === null) next();
    else if (fault === 'lose_answers' || fault === 'lose_answers_to_changes') {
      response.locals.isLost = fault === 'lose_answers' || request.method !== 'GET';
      next();
    } else if (fault !== 'hang') {
      send(response, {
        status: fault.status,
        body: { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong :(' },
      });
    }
  };
}

function authenticate(apiKey: string): RequestHandler {
  return (request, response, next) => {
    if (request.headers.authorization === `Bearer ${apiKey}`) next();
    else send(response, { status: 401 });
  };
}

function reportExchange(onExchange: ServerOptions['onExchange']): RequestHandler {
  return (request, response, next) => {
    if (onExchange !== undefined) {
      response.once('finish', () => {
        onExchange({
          method: request.method,
          path: request.path,
          operation: response.locals.operation ?? null,
          query: flatQuery(request.query),
          status: response.statusCode,
          requestBody: request.body,
          responseBody: response.locals.answer,
        });
      });
    }
    next();
  };
}

/** Express knows an error handler by its four arguments. */
function answerError(): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) next(error);
    else if (error instanceof DodoApiError) {
      send(response, { status: error.status, body: { code: error.code, message: error.message } });
    } else if (error instanceof DodoTextError) send(response, { status: error.status, text: error.message });
    else if (isBodyError(error)) {
      const text = error.status === 413 ? 'length limit exceeded' : 'Failed to parse the request body as JSON';
      send(response, { status: error.status, text });
    } else {
      const message = `the simulator failed: ${error instanceof Error ? error.stack : String(error)}`;
      send(response, { status: 500, body: { code: 'INTERNAL_SERVER_ERROR', message } });
    }
  };
}

function isBodyError(error: unknown): error is { status: number } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'type' in error &&
    'status' in error &&
    typeof error.status === 'number'
  );
}
