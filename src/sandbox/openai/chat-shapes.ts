import type OpenAI from 'openai';
import type { RequestOutcome } from './store.ts';

type Chunk = OpenAI.Chat.ChatCompletionChunk;

/** What every object of one answer shares. `created` is Unix seconds. */
export interface AnswerHead {
  id: string;
  created: number;
  model: string;
}

/** Usage in the shape of the chat-completions API. */
function usageOf(outcome: RequestOutcome): OpenAI.CompletionUsage {
  return {
    prompt_tokens: outcome.promptTokens,
    completion_tokens: outcome.completionTokens,
    total_tokens: outcome.promptTokens + outcome.completionTokens,
    prompt_tokens_details: { cached_tokens: outcome.cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: outcome.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** One streamed chunk. With `withUsage` each chunk but the last carries `usage: null`, as the API does. */
export function chunkOf(
  head: AnswerHead,
  delta: OpenAI.Chat.ChatCompletionChunk.Choice.Delta,
  finishReason: 'stop' | 'length' | null,
  withUsage: boolean,
): Chunk {
  return {
    ...headOf(head),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...(withUsage ? { usage: null } : {}),
  };
}

/** The chunk that ends a stream with `include_usage`: no choices, the usage of the whole request. */
export function usageChunkOf(head: AnswerHead, outcome: RequestOutcome): Chunk {
  return { ...headOf(head), choices: [], usage: usageOf(outcome) };
}

function headOf({ id, created, model }: AnswerHead): Omit<Chunk, 'choices'> {
  return { id, object: 'chat.completion.chunk', created, model, service_tier: 'default' };
}

/** A whole answer, for a request that does not stream. */
export function completionOf(
  head: AnswerHead,
  outcome: RequestOutcome,
  sendUsage: boolean,
): OpenAI.Chat.ChatCompletion {
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: outcome.text, refusal: null },
        logprobs: null,
        finish_reason: outcome.finishReason ?? 'stop',
      },
    ],
    ...(sendUsage ? { usage: usageOf(outcome) } : {}),
    service_tier: 'default',
  };
}
