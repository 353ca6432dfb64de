import { z } from 'zod';
import { HttpProblem } from '../errors.ts';
import type { ApiRoute } from './route.ts';

const model = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
});

const list = z.strictObject({ object: z.literal('list'), data: z.array(model) });

/** `GET /v1/models` and `GET /v1/models/:id`: the one model that answers. */
export function createModels({ modelName, brandName }: { modelName: string; brandName: string }): ApiRoute[] {
  // When it was made is not ours to know.
  const only: z.infer<typeof model> = { id: modelName, object: 'model', created: 0, owned_by: brandName };
  return [
    {
      method: 'get',
      path: '/v1/models',
      id: 'listModels',
      summary: 'The models that answer: one.',
      answer: { description: 'A list, as OpenAI has it.', schema: list },
      errors: [],
      handle(_request, response) {
        const told: z.infer<typeof list> = { object: 'list', data: [only] };
        response.json(told);
      },
    },
    {
      method: 'get',
      path: '/v1/models/:id',
      id: 'getModel',
      summary: 'One model.',
      answer: { description: 'The model.', schema: model },
      errors: [404],
      handle(request, response) {
        if (request.params.id !== modelName) {
          const message = `There is no such model here. Expected ${modelName}.`;
          throw new HttpProblem({ status: 404, code: 'model_not_found', message, param: 'model' });
        }
        response.json(only);
      },
    },
  ];
}
