import { z } from 'zod';
import { OpenAiApiError } from './api-error.ts';

const part = z.looseObject({ type: z.string(), text: z.string().optional() });

const message = z.looseObject({
  role: z.enum(['developer', 'system', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(part), z.null()]).optional(),
  name: z.string().optional(),
});

const bound = z.int().min(1).nullish();

const schema = z.looseObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_completion_tokens: bound,
  max_tokens: bound,
  n: z.int().min(1).max(128).nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  safety_identifier: z.string().max(128).nullish(),
});

/** A checked chat-completions body. */
export type ChatBody = z.infer<typeof schema>;

/** Fields whose effect the simulator does not have; passing over them in silence would hide a fault. */
const NOT_SIMULATED = ['tools', 'functions', 'audio', 'prediction', 'web_search_options', 'logprobs'];

/**
 * Checks a chat-completions body.
 * @throws OpenAiApiError 400 naming the first field at fault, 501 for a field that the simulator does not carry out
 */
export function readChatBody(body: unknown): ChatBody {
  const result = schema.safeParse(body);
  if (!result.success) throw refusal(body, result.error.issues[0]);
  const missing = NOT_SIMULATED.find((name) => Boolean(result.data[name]));
  if (missing || (result.data.n ?? 1) > 1) {
    const param = missing ?? 'n';
    const message = `The OpenAI simulator does not carry out '${param}'.`;
    throw new OpenAiApiError(501, message, { type: 'simulator_error', param, code: 'not_simulated' });
  }
  return result.data;
}

function refusal(body: unknown, issue: z.core.$ZodIssue | undefined): OpenAiApiError {
  const path = issue?.path ?? [];
  const param = path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index ? `.${String(key)}` : key))
    .join('');
  const field = path[0];
  const absent = typeof body !== 'object' || body === null || (typeof field === 'string' && !(field in body));
  if (field === 'model' && absent) return new OpenAiApiError(400, 'you must provide a model parameter');
  if (absent) {
    const message = `Missing required parameter: '${param}'.`;
    return new OpenAiApiError(400, message, { param, code: 'missing_required_parameter' });
  }
  const code = issue?.code === 'too_small' ? 'integer_below_min_value' : 'invalid_type';
  return new OpenAiApiError(400, `Invalid value for '${param}': ${issue?.message ?? 'not accepted'}.`, {
    param,
    code: path.length === 1 && field === 'messages' && code !== 'invalid_type' ? 'empty_array' : code,
  });
}

/** The text of a message, whichever way its content is written. */
export function textOf(content: ChatBody['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((item) => item.text ?? '').join('');
}
