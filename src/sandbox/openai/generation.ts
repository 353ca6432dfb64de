import { OpenAiApiError } from './api-error.ts';
import type { Steering } from './directives.ts';
import { readDirectives } from './directives.ts';
import { REASONING_TOKENS, type SimulatedModel } from './models.ts';
import { type ChatBody, textOf } from './request-body.ts';
import { composeAnswer, composeOfLength } from './text-model.ts';
import { tokenPieces, tokensInPrompt } from './tokens.ts';

/** What a request will be answered with. All counts are tokens. */
export interface Generation {
  steering: Steering;
  promptTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
  /** The visible answer, one piece for each token. */
  pieces: string[];
  finishReason: 'stop' | 'length';
}

/** The prompt that steers an answer: the text of the last user message. */
function lastPrompt(body: ChatBody): string {
  return textOf(body.messages.findLast((message) => message.role === 'user')?.content);
}

/**
 * Decides an answer: what is thought, what is said, and where the bound cuts it. Reasoning counts into the bound, as
 * `max_completion_tokens` says (https://platform.openai.com/docs/api-reference/chat/create).
 * @param override steering that wins over the prompt's own
 * @throws OpenAiApiError 400 context_length_exceeded, or when the bound is larger than the model's
 */
export function planGeneration(body: ChatBody, model: SimulatedModel, override: Steering = {}): Generation {
  const { steering: asked, rest } = readDirectives(lastPrompt(body));
  const steering = { ...asked, ...override };
  const promptTokens = tokensInPrompt(
    body.messages.map(({ role, content, name }) => ({ role, text: textOf(content), ...(name ? { name } : {}) })),
  );
  const bound = outputBound(body, model, promptTokens);
  const effort = REASONING_TOKENS[body.reasoning_effort ?? 'none'];
  const reasoningTokens = Math.min(steering.think ?? effort, bound);
  const wanted = visiblePieces(steering, rest);
  const pieces = wanted.slice(0, bound - reasoningTokens);
  const cut = pieces.length < wanted.length || (steering.think ?? effort) > bound;
  return {
    steering,
    promptTokens,
    cachedTokens: Math.min(steering.cached ?? 0, promptTokens),
    reasoningTokens,
    pieces,
    finishReason: cut ? 'length' : 'stop',
  };
}

function visiblePieces(steering: Steering, prompt: string): string[] {
  if (steering.empty) return [];
  if (steering.repeat !== undefined) return tokenPieces(steering.repeat);
  if (steering.length !== undefined) return composeOfLength(prompt, steering.length);
  return tokenPieces(composeAnswer(prompt));
}

function outputBound(body: ChatBody, model: SimulatedModel, promptTokens: number): number {
  const param = body.max_completion_tokens ? 'max_completion_tokens' : 'max_tokens';
  const asked = body.max_completion_tokens ?? body.max_tokens;
  if (asked && asked > model.maxOutputTokens) {
    const message = `${param} is too large: ${asked}. This model supports at most ${model.maxOutputTokens} completion tokens.`;
    throw new OpenAiApiError(400, message, { param, code: 'invalid_value' });
  }
  const requested = promptTokens + (asked ?? 1);
  if (requested > model.contextWindow) {
    const message =
      `This model's maximum context length is ${model.contextWindow} tokens. However, you requested ${requested} tokens ` +
      `(${promptTokens} in the messages, ${asked ?? 1} in the completion). Please reduce the length of the messages or completion.`;
    throw new OpenAiApiError(400, message, { param: 'messages', code: 'context_length_exceeded' });
  }
  return Math.min(asked ?? model.maxOutputTokens, model.contextWindow - promptTokens);
}
