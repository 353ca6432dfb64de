import { z } from 'zod';
import type { ModelMessage } from '../../core/model.ts';
import { HttpProblem } from '../errors.ts';

const text = z.object({
  type: z.literal('text', 'expected text: no other content is supported'),
  text: z.string(),
});

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant'], 'expected system, developer, user or assistant'),
  content: z.union([z.string(), z.array(text).min(1)], 'expected a text, or a list of parts of type text'),
});

const bound = z.int('expected a whole number').min(1, 'expected 1 or more').nullish();

/** What a request may say. Whatever else OpenAI's API knows is either refused by `REFUSED`, or read over. */
export const chatRequest = z.looseObject({
  model: z.string('expected a text').describe('Any name is taken; the answer says which model has written it.'),
  messages: z.array(message, 'expected a list of messages').min(1, 'expected at least one message').max(2_000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_completion_tokens: bound.describe('The longest answer; lowered to what your balance pays for.'),
  max_tokens: bound.describe('As max_completion_tokens, which goes before it.'),
});

export type ChatRequest = z.infer<typeof chatRequest>;

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

/** What would change what an answer is, and cannot be done: read over, it would be a wrong answer. By name: what is harmless. */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  audio: () => false,
  function_call: (value) => value === 'none',
  functions: isEmptyList,
  logit_bias: (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0,
  logprobs: (value) => value === false,
  modalities: (value) => Array.isArray(value) && value.every((one) => one === 'text'),
  n: (value) => value === 1,
  prediction: () => false,
  response_format: (value) => typeof value === 'object' && value !== null && 'type' in value && value.type === 'text',
  stop: isEmptyList,
  tool_choice: (value) => value === 'none' || value === 'auto',
  tools: isEmptyList,
  top_logprobs: (value) => value === 0,
  web_search_options: () => false,
};

/** Names of the parameters that are answered with 400. */
export const REFUSED_PARAMETERS: readonly string[] = Object.keys(REFUSED);

/** @throws HttpProblem for the first parameter that cannot be honoured */
export function refuseUnsupported(request: ChatRequest): void {
  for (const [name, isHarmless] of Object.entries(REFUSED)) {
    const value = request[name];
    if (value === undefined || value === null || isHarmless(value)) continue;
    throw new HttpProblem({
      status: 400,
      code: 'unsupported_parameter',
      message: `${name} is not supported here. Expected a request without it.`,
      param: name,
    });
  }
}

/** @returns the conversation as the model port takes it */
export function messagesOf(request: ChatRequest): ModelMessage[] {
  return request.messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map((part) => part.text).join(''),
  }));
}

const usage = z.strictObject({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  prompt_tokens_details: z.strictObject({ cached_tokens: z.int() }),
});

export type ChatUsage = z.infer<typeof usage>;

const head = { id: z.string(), created: z.int(), model: z.string() };
const finish = z.enum(['stop', 'length']);

export const chatCompletion = z.strictObject({
  ...head,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.strictObject({
      index: z.literal(0),
      message: z.strictObject({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: z.null(),
      finish_reason: finish,
    }),
  ),
  usage,
});

export const chatChunk = z.strictObject({
  ...head,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.strictObject({
      index: z.literal(0),
      delta: z.strictObject({ role: z.literal('assistant').optional(), content: z.string().optional() }),
      logprobs: z.null(),
      finish_reason: finish.nullable(),
    }),
  ),
  usage: usage.nullable().optional().describe('With stream_options.include_usage: in the last chunk.'),
});
