import { z } from 'zod';
import { type AskingDeps, begin, runWhileConnected } from './asking.ts';
import { finishReason } from './finish-reason.ts';
import { failureProblem } from './refused.ts';
import { type ApiRoute, parsed } from './route.ts';

const body = z.object({ prompt: z.string('expected a text').describe('What you want to know.') });

const answer = z.strictObject({
  text: z.string(),
  tokens_used: z.int().min(0).describe('What was charged.'),
  model: z.string(),
  available: z.int().min(0).describe('Tokens that your next request can use.'),
  ask_id: z.string().describe('The number of the receipt.'),
});

/** `POST /api/generate`: one prompt, one answer. */
export function createGenerate(deps: AskingDeps): ApiRoute {
  return {
    method: 'post',
    path: '/api/generate',
    id: 'generate',
    summary: 'One answer to one prompt. The header X-Finish-Reason is `length` when the answer is not whole.',
    body: { schema: body },
    isIdempotent: true,
    answer: { description: 'The answer, and what it cost.', schema: answer },
    errors: [400, 402, 403, 409, 422, 429, 502, 503],
    async handle(request, response, caller) {
      const { prompt } = parsed(body, request.body);
      const begun = await begin(deps, request, response, caller, { prompt, mostOutputTokens: null });
      const given = 'again' in begun ? begun.again : await runWhileConnected(response, begun.ask, () => {});
      const problem = failureProblem(given);
      if (problem !== null) throw problem;
      const told: z.infer<typeof answer> = {
        text: given.text,
        tokens_used: given.charged,
        model: given.model,
        available: given.available,
        ask_id: given.askId,
      };
      response.set('x-finish-reason', finishReason(given.ending)).json(told);
    },
  };
}
