import express, { type RequestHandler, type Router } from 'express';
import { z } from 'zod';
import type { ApiKeys } from '../../core/wallets/api-keys.ts';
import { BODY_LIMIT } from '../body-limit.ts';
import { callerOf } from './bearer.ts';
import { type ChatCompletionsDeps, createChatCompletions } from './chat-completions.ts';
import { type CreditsDeps, createCredits } from './credits.ts';
import { createGenerate } from './generate.ts';
import { createModels } from './models.ts';
import { openApiDocument } from './openapi.ts';
import type { ApiRoute } from './route.ts';
import { createSubscribe, type SubscribeDeps } from './subscribe.ts';
import { createTopUp, type TopUpDeps } from './topup.ts';

export interface ApiDeps extends ChatCompletionsDeps, CreditsDeps, TopUpDeps, SubscribeDeps {
  apiKeys: ApiKeys;
  brandName: string;
  /** Of the bot, without a slash at the end. */
  baseUrl: string;
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
  routes.push(documentOf(routes, deps));
  for (const route of routes) router[route.method](route.path, ...handlersOf(route, deps.apiKeys));
  return router;
}

/** `GET /openapi.json`: what all the others do, and itself. */
function documentOf(others: readonly ApiRoute[], { brandName, baseUrl }: ApiDeps): ApiRoute {
  let document: object | undefined;
  const route: ApiRoute = {
    method: 'get',
    path: '/openapi.json',
    id: 'getOpenApi',
    summary: 'This document.',
    answer: { description: 'An OpenAPI 3.1 document.', schema: z.looseObject({ openapi: z.string() }) },
    errors: [],
    isOpen: true,
    handle(_request, response) {
      document ??= openApiDocument([...others, route], brandName, baseUrl);
      response.json(document);
    },
  };
  return route;
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
