import { type Request, type Response, Router } from 'express';
import { playFault, refuseRate } from './answer.ts';
import { SlackApiError } from './api-error.ts';
import type { Arguments } from './arguments.ts';
import { optionalText } from './arguments.ts';
import type { SlackFaults } from './faults.ts';
import { requireScope } from './methods/method.ts';
import { oauthAccess } from './methods/oauth.ts';
import { botMethods } from './methods/registry.ts';
import type { Installation } from './model.ts';
import type { RateLimiter, Tier } from './rate-limits.ts';
import { authorizeConnection, OPEN_CONNECTION } from './socket/open-connection.ts';
import type { SlackWorld } from './world.ts';

/**
 * `POST /api/<method>` (and GET), with form or JSON bodies.
 * @param issueUrl makes the address of a WebSocket
 */
export function createWebApi(
  world: SlackWorld,
  faults: SlackFaults,
  limiter: RateLimiter,
  issueUrl: () => string,
): Router {
  const router = Router();
  router.all('/api/:method', (request: Request<{ method: string }>, response) => {
    const { method } = request.params;
    const args: Arguments = { ...request.query, ...(request.body as Arguments | undefined) };
    const { token, ...recorded } = args;
    const entry = { at: world.now(), method, args: recorded, status: 0, unexpected: false };
    const record = Object.assign(entry, {} as { error?: string; teamId?: string });
    world.store.requests.push(record);

    const fault = faults.take(method);
    if (fault && !fault.performed) {
      record.status = playFault(fault, response);
      if (fault.error) record.error = fault.error;
      return;
    }
    try {
      const install = authenticate(world, method, request, args);
      if (install) record.teamId = install.teamId;
      const wait = limiter.take(tierOf(world, method), limitKey(method, install, args));
      if (wait > 0) {
        record.error = 'ratelimited';
        record.status = refuseRate(response, wait);
        return;
      }
      const isOpening = method === OPEN_CONNECTION;
      const result = isOpening ? { url: issueUrl() } : perform(world, method, request, args, install);
      record.status = fault ? playFault(fault, response) : answer(response, { ok: true, ...result }, install);
    } catch (error) {
      if (!(error instanceof SlackApiError)) throw error;
      record.error = error.code;
      record.unexpected = error.code === 'unknown_method';
      record.status = answer(response, { ok: false, error: error.code, ...error.extra });
    }
  });
  return router;
}

const TOKENLESS = 'oauth.v2.access';
function authenticate(world: SlackWorld, method: string, request: Request, args: Arguments): Installation | undefined {
  if (method === TOKENLESS) return undefined;
  if (method === OPEN_CONNECTION) {
    authorizeConnection(world, request);
    return undefined;
  }
  if (!botMethods[method]) throw new SlackApiError('unknown_method', { req_method: method });
  const [scheme, header] = (request.headers.authorization ?? '').split(' ');
  const token = scheme === 'Bearer' ? header : optionalText(args, 'token');
  if (!token) throw new SlackApiError('not_authed');
  const install = world.store.installations.get(token);
  if (!install) throw new SlackApiError('invalid_auth');
  if (!install.active) throw new SlackApiError('account_inactive');
  return install;
}

function perform(
  world: SlackWorld,
  method: string,
  request: Request,
  args: Arguments,
  install: Installation | undefined,
): Record<string, unknown> {
  const known = botMethods[method];
  if (!known || !install) return oauthAccess(world, args, request.headers.authorization);
  requireScope(install, known.scopes);
  return known.handle({ world, args, install });
}

function tierOf(world: SlackWorld, method: string): Tier {
  if (isReading(method) && world.settings.distribution === 'commercial') return 1;
  return botMethods[method]?.tier ?? 4;
}

function isReading(method: string): boolean {
  return method === 'conversations.history' || method === 'conversations.replies';
}

function limitKey(method: string, install: Installation | undefined, args: Arguments): string {
  const channel = botMethods[method]?.tier === 'channel' ? optionalText(args, 'channel') : undefined;
  return `${method}:${install?.teamId ?? ''}:${channel ?? ''}`;
}

function answer(response: Response, body: Record<string, unknown>, install?: Installation): number {
  if (install) response.set('X-OAuth-Scopes', install.scopes.join(','));
  response.status(200).json(body);
  return 200;
}
