import express, { type RequestHandler, type Router } from 'express';
import type { ApiKeys } from '../../core/api-keys.ts';
import type { Subscribing } from '../../core/subscribe.ts';
import { BODY_LIMIT } from '../body-limit.ts';
import { callerOf } from './bearer.ts';
import { type ChatCompletionsDeps, createChatCompletions } from './chat-completions.ts';
import { type CreditsDeps, createCredits } from './credits.ts';
import { createGenerate } from './generate.ts';
import { createModels } from './models.ts';
import type { ApiRoute } from './route.ts';
import { createSubscribe } from './subscribe.ts';
import { createTopUp, type TopUpDeps } from './topup.ts';

export interface ApiDeps extends ChatCompletionsDeps, CreditsDeps, TopUpDeps {
  apiKeys: ApiKeys;
  subscribing: Pick<Subscribing, 'subscribe'>;
  brandName: string;
}

/** The HTTP API for programs. */
export function createApiRouter(deps: ApiDeps): Router {
  const router = express.Router();
  const routes: ApiRoute[] = [
    createGenerate(deps),
    createCredits(deps),
    createTopUp(deps),
    createSubscribe(deps),
    createChatCompletions(deps),
    ...createModels(deps),
  ];
  for (const route of routes) router[route.method](route.path, ...handlersOf(route, deps.apiKeys));
  return router;
}

/** Nothing is read of a body before it is known whose it is. */
function handlersOf(route: ApiRoute, apiKeys: ApiKeys): RequestHandler[] {
  const readJson = express.json({ limit: BODY_LIMIT, type: () => true });
  if (route.isOpen) return [readJson, (request, response) => route.handle(request, response)];
  return [
    async (request, response, next) => {
      response.locals.caller = await callerOf(request, apiKeys);
      next();
    },
    readJson,
    (request, response) => route.handle(request, response, response.locals.caller),
  ];
}
