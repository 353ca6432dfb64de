import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { ApiAnswer } from '../../core/asks/api-asks.ts';
import { SECOND } from '../../core/time.ts';
import { HttpProblem } from '../errors.ts';
import { type AskingDeps, type Begun, begin, runWhileConnected } from './asking.ts';
import {
  type ChatRequest,
  type ChatUsage,
  chatCompletion,
  chatRequest,
  messagesOf,
  REFUSED_PARAMETERS,
  refuseUnsupported,
} from './chat-shapes.ts';
import { createChatStream } from './chat-stream.ts';
import { finishReason } from './finish-reason.ts';
import { failureProblem } from './refused.ts';
import { type ApiRoute, type Caller, parsed } from './route.ts';

export interface ChatCompletionsDeps extends AskingDeps {
  modelName: string;
}

/** `POST /v1/chat/completions`, as OpenAI's clients call it (platform.openai.com/docs/api-reference/chat). */
export function createChatCompletions(deps: ChatCompletionsDeps): ApiRoute {
  async function whole(response: Response, begun: Begun, created: number): Promise<void> {
    const given = 'again' in begun ? begun.again : await runWhileConnected(response, begun.ask, () => {});
    const problem = failureProblem(given);
    if (problem !== null) throw problem;
    const told: z.infer<typeof chatCompletion> = {
      id: idOf(given.askId),
      object: 'chat.completion',
      created,
      model: given.model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: given.text, refusal: null },
          logprobs: null,
          finish_reason: finishReason(given.ending),
        },
      ],
      usage: usageOf(given),
    };
    response.json(told);
  }

  async function streamed(response: Response, begun: Begun, created: number, withUsage: boolean): Promise<void> {
    const askId = 'again' in begun ? begun.again.askId : begun.ask.askId;
    const stream = createChatStream(response, { id: idOf(askId), created, model: deps.modelName }, withUsage);
    try {
      const given =
        'again' in begun ? begun.again : await runWhileConnected(response, begun.ask, (text) => stream.show(text));
      const problem = failureProblem(given) ?? cutProblem(given);
      stream.show(given.text);
      if (problem === null) stream.finish(given.ending, usageOf(given));
      else if (stream.isUntouched()) throw problem;
      else stream.fail(problem.fault);
    } finally {
      stream.close();
    }
  }

  async function handle(request: Request, response: Response, caller: Caller): Promise<void> {
    const asked = parsed(chatRequest, request.body);
    refuseUnsupported(asked);
    const question = { prompt: messagesOf(asked), mostOutputTokens: boundOf(asked) };
    const created = Math.floor(deps.clock() / SECOND);
    const begun = await begin(deps, request, response, caller, question);
    if (asked.stream !== true) return whole(response, begun, created);
    return streamed(response, begun, created, asked.stream_options?.include_usage === true);
  }

  return {
    method: 'post',
    path: '/v1/chat/completions',
    id: 'createChatCompletion',
    summary: `A chat completion, for OpenAI's clients. Answered with 400: ${REFUSED_PARAMETERS.join(', ')}, and content other than text. Other parameters, such as temperature, are read over.`,
    body: { schema: chatRequest },
    isIdempotent: true,
    answer: {
      description:
        'The completion. With `stream: true`: server-sent events of chat.completion.chunk objects, then `[DONE]`; an answer that breaks off ends with an event that has `error`.',
      schema: chatCompletion,
      stream: true,
    },
    errors: [400, 402, 403, 409, 422, 429, 502, 503],
    handle,
  };
}

function idOf(askId: string): string {
  return `chatcmpl-${askId}`;
}

function boundOf({ max_completion_tokens: bound, max_tokens: older }: ChatRequest): number | null {
  return bound ?? older ?? null;
}

function usageOf({ usage }: ApiAnswer): ChatUsage {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  };
}

/** A stream that breaks off says so, since its reader has no other way to know. */
function cutProblem({ ending, charged, askId }: ApiAnswer): HttpProblem | null {
  if (ending !== 'cut' && ending !== 'interrupted') return null;
  const why = ending === 'cut' ? 'The model broke off.' : 'The server is being restarted.';
  const message = `${why} What was written until then cost ${charged} tokens. (${askId})`;
  return new HttpProblem({ status: 502, code: ending, message });
}
