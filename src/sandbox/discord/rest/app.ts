import express, { type Express, type Request, type Response } from 'express';
import { DiscordApiError } from '../api-error.ts';
import type { RestCall, World } from '../world.ts';
import type { DiscordFault, FaultQueue } from './faults.ts';
import type { RateLimits } from './rate-limits.ts';
import { readRequest } from './request-body.ts';
import type { RestReply, RestRoute } from './route.ts';
import { DISCORD_ROUTES } from './routes.ts';

/** Where uploaded files are fetched, as from Discord's own file host. */
export const FILE_ROUTE = '/attachments/:channelId/:attachmentId/:filename';

/** What the HTTP side needs. */
interface RestAppDeps {
  world: World;
  faults: FaultQueue;
  rateLimits: RateLimits;
}

/** The Express app below which Discord's REST API lives: `/api/v10/…`; anything else answers 501. */
export function createRestApp(deps: RestAppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  for (const route of DISCORD_ROUTES) {
    app[route.method](`/api/v10${route.path}`, (req: Request<Record<string, string>>, res) =>
      serve(deps, route, req, res),
    );
  }
  app.get(FILE_ROUTE, (req: Request<Record<string, string>>, res) => {
    const messages = [...deps.world.store.messages.values()].filter(({ deleted }) => !deleted);
    const file = messages.flatMap(({ files }) => files).find(({ id }) => id === req.params.attachmentId);
    if (file) res.type('application/octet-stream').send(file.bytes);
    else res.status(404).send('This content is no longer available.');
  });
  app.use((req, res) => {
    record(deps.world, req, null).status = 501;
    res.status(501).json({ message: `The Discord simulator has no route ${req.method} ${req.path}.`, code: 0 });
  });
  return app;
}

async function serve(
  deps: RestAppDeps,
  route: RestRoute,
  req: Request<Record<string, string>>,
  res: Response,
): Promise<void> {
  const { world } = deps;
  const name = `${route.method} ${route.path}`;
  const call = record(world, req, name);
  const finish = (reply: RestReply) => {
    call.status = reply.status;
    if (reply.body === undefined) res.status(reply.status).end();
    else res.status(reply.status).json(reply.body);
  };
  const fault = deps.faults.take(name);
  if (fault && !fault.afterEffect) return fail(fault, res, finish);
  const reply = await answer(deps, route, req, res, call);
  if (fault) fail(fault, res, finish);
  else finish(reply);
}

async function answer(
  deps: RestAppDeps,
  route: RestRoute,
  req: Request<Record<string, string>>,
  res: Response,
  call: RestCall,
): Promise<RestReply> {
  const { world } = deps;
  try {
    const { body, files } = await readRequest(req);
    call.body = body;
    if (route.auth === 'bot' && req.get('authorization') !== `Bot ${world.application.token}`)
      throw new DiscordApiError(0);
    const limit = deps.rateLimits.take(route.bucket, req.params, route.auth === 'bot');
    res.set(limit.headers);
    if (limit.retryAfter !== null) return tooMany(limit.retryAfter, limit.global);
    const query = Object.fromEntries(new URL(req.originalUrl, 'http://simulator').searchParams);
    return await route.answer({ world, params: req.params, query, body, files });
  } catch (error) {
    if (error instanceof DiscordApiError) return { status: error.status, body: error.body() };
    const message = error instanceof Error ? error.message : String(error);
    return { status: 500, body: { message: `The Discord simulator failed: ${message}`, code: 0 } };
  }
}

function fail(fault: DiscordFault, res: Response, finish: (reply: RestReply) => void): void {
  if (fault.hang) return;
  if (fault.close) return void res.destroy();
  const status = fault.status ?? 500;
  if (status === 429) {
    const retryAfter = fault.retryAfter ?? 0.1;
    res.set({ 'retry-after': String(Math.ceil(retryAfter)), 'x-ratelimit-scope': 'shared' });
    finish(tooMany(retryAfter, false));
  } else finish({ status, body: { message: `${status}: asked for by a fault`, code: fault.code ?? 0 } });
}

function tooMany(retryAfter: number, global: boolean): RestReply {
  return { status: 429, body: { message: 'You are being rate limited.', retry_after: retryAfter, global } };
}

function record(world: World, req: Request, route: string | null): RestCall {
  const call: RestCall = { at: world.now(), method: req.method, path: req.path, route, body: undefined, status: null };
  world.store.calls.push(call);
  return call;
}
