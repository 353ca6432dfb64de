import type { Response } from 'express';
import { OpenAiApiError } from './api-error.ts';
import { answerChat, type ChatDeps } from './chat-route.ts';
import type { SimulatedModel } from './models.ts';
import type { RecordedRequest } from './store.ts';

/** A route of the API: `params` are the path's named parts. */
interface OpenAiRoute {
  method: 'get' | 'post';
  path: string;
  answer(deps: ChatDeps, record: RecordedRequest, res: Response, params: Record<string, string>): void | Promise<void>;
}

/** Every route that the simulator has; `coverage.ts` names the tests of each. */
export const OPENAI_ROUTES: readonly OpenAiRoute[] = [
  { method: 'post', path: '/v1/chat/completions', answer: answerChat },
  {
    method: 'get',
    path: '/v1/models',
    answer(deps, record, res) {
      succeed(record, res, { object: 'list', data: deps.models.map(modelObject) });
    },
  },
  {
    method: 'get',
    path: '/v1/models/:id',
    answer(deps, record, res, params) {
      const model = deps.models.find((candidate) => candidate.id === params.id);
      if (!model) {
        const message = `The model '${params.id}' does not exist`;
        throw new OpenAiApiError(404, message, { param: 'model', code: 'model_not_found' });
      }
      succeed(record, res, modelObject(model));
    },
  },
];

function modelObject({ id, created, shutdownDate }: SimulatedModel): object {
  return { id, object: 'model', created, owned_by: 'system', shutdown_date: shutdownDate };
}

function succeed(record: RecordedRequest, res: Response, body: object): void {
  record.outcome.status = 200;
  record.outcome.state = 'complete';
  res.json(body);
}
