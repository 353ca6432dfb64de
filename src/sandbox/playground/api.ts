import express, { type ErrorRequestHandler, type Request, type Router } from 'express';
import type { Place } from '../people/person.ts';
import type { Sandbox } from '../start-sandbox.ts';
import { setFaults } from './faults.ts';
import { createPlayers } from './people.ts';
import { readState } from './state.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 400;

/** What the page asks for, as JSON. What cannot be done is answered 400 with `{error}`. */
export function createPlaygroundApi(sandbox: Sandbox): Router {
  const players = createPlayers(sandbox);
  const router = express.Router();
  // Other sites cannot send JSON here without asking first, and nobody answers them.
  router.use(express.json({ limit: '256kb', type: 'application/json' }));

  router.get('/state', async (request, response) => {
    const { discord, slack } = request.query;
    const chosen = {
      ...(typeof discord === 'string' && { discord }),
      ...(typeof slack === 'string' && { slack }),
    };
    response.json(await readState(sandbox, players, chosen));
  });
  router.post('/people', (request, response) => {
    const platform = oneOf(request, 'platform', ['discord', 'slack']);
    const { key } = players.add(platform, text(request, 'name').trim().slice(0, 32));
    response.status(201).json({ key });
  });
  router.post('/people/:key/lines', (request, response) => {
    const place: Place = oneOf(request, 'place', ['channel', 'dm']);
    players.type(players.find(request.params.key), text(request, 'text'), place);
    response.status(204).end();
  });
  router.post('/people/:key/presses', (request, response) => {
    players.press(players.find(request.params.key), text(request, 'message'), text(request, 'action'));
    response.status(204).end();
  });
  router.post('/people/:key/forms', (request, response) => {
    players.submit(players.find(request.params.key), texts(fields(request)));
    response.status(204).end();
  });
  router.delete('/people/:key/forms', (request, response) => {
    players.putAway(players.find(request.params.key));
    response.status(204).end();
  });
  router.post('/meter', async (_request, response) => {
    await sandbox.meterTick();
    response.status(204).end();
  });
  router.post('/days', async (request, response) => {
    const days: unknown = request.body?.days;
    if (typeof days !== 'number' || !Number.isInteger(days) || days < 1 || days > MOST_DAYS) {
      throw new Error(`expected days to be a whole number from 1 to ${MOST_DAYS}`);
    }
    for (let day = 0; day < days; day += 1) {
      sandbox.advance(DAY_MS);
      await sandbox.world.dodo.tick();
      await sandbox.settle();
    }
    response.status(204).end();
  });
  router.post('/faults', (request, response) => {
    setFaults(sandbox.world.dodo.webhooks.faults, fields(request));
    response.status(204).end();
  });
  router.use((request, response) => {
    response.status(404).json({ error: `There is nothing at ${request.method} ${request.originalUrl}.` });
  });
  router.use(answerError());
  return router;
}

function fields(request: Request): Record<string, unknown> {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Error('expected a JSON object');
  return body as Record<string, unknown>;
}

function text(request: Request, name: string): string {
  const value = fields(request)[name];
  if (typeof value !== 'string' || value.trim() === '') throw new Error(`expected ${name} to be a text`);
  return value;
}

function texts(given: Record<string, unknown>): Record<string, string> {
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';
  const entries = Object.entries(given);
  if (!entries.every(isText)) throw new Error('expected every value to be a text');
  return Object.fromEntries(entries);
}

function oneOf<const T extends string>(request: Request, name: string, values: readonly T[]): T {
  const given = fields(request)[name];
  const found = values.find((value) => value === given);
  if (found === undefined) throw new Error(`expected ${name} to be ${values.join(' or ')}`);
  return found;
}

/** Express knows an error handler by its four arguments. */
function answerError(): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(400).json({ error: error instanceof Error ? error.message : String(error) });
  };
}
