import type { CountTokens, ModelMessage } from '../model.ts';
import type { ModelRules } from '../models.ts';

/** What a message costs beside its text: role and separators, generously (OpenAI's cookbook counts 3, and 3 for the reply). */
const PER_MESSAGE = 8;

export type PromptRefusal =
  | { reason: 'prompt_empty' }
  | { reason: 'prompt_too_long'; tokens: number | null; most: number };

export type PreparedPrompt =
  | { kind: 'ready'; messages: ModelMessage[]; inputTokens: number; wantedOutputTokens: number }
  | { kind: 'refused'; refusal: PromptRefusal };

/**
 * Turns what a member typed into what the model gets, with an upper bound of its tokens.
 * Its length is looked at before anything is counted: a token is at most 128 characters in the o200k vocabulary.
 */
export function preparePrompt(prompt: string, model: ModelRules, count: CountTokens): PreparedPrompt {
  const text = prompt.trim();
  if (text === '') return { kind: 'refused', refusal: { reason: 'prompt_empty' } };
  const most = model.contextTokens - model.leastOutputTokens - PER_MESSAGE;
  if (text.length > most * LONGEST_TOKEN) {
    return { kind: 'refused', refusal: { reason: 'prompt_too_long', tokens: null, most } };
  }
  const messages: ModelMessage[] = [{ role: 'user', content: text }];
  const inputTokens = messages.reduce((sum, message) => sum + count(message.content) + PER_MESSAGE, 0);
  if (inputTokens > most) return { kind: 'refused', refusal: { reason: 'prompt_too_long', tokens: inputTokens, most } };
  const wantedOutputTokens = Math.min(model.maxOutputTokens, model.contextTokens - inputTokens);
  return { kind: 'ready', messages, inputTokens, wantedOutputTokens };
}

const LONGEST_TOKEN = 128;
