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
 * Turns what a member typed into what the model gets, with an upper bound of its tokens, the system prompt's among them.
 * Its length is looked at before anything is counted: a token is at most 128 characters in the o200k vocabulary.
 */
export function preparePrompt(
  prompt: string,
  model: ModelRules,
  count: CountTokens,
  systemPrompt: string | null = null,
): PreparedPrompt {
  const text = prompt.trim();
  if (text === '') return { kind: 'refused', refusal: { reason: 'prompt_empty' } };
  const before: ModelMessage[] = systemPrompt === null ? [] : [{ role: 'system', content: systemPrompt }];
  const costOf = ({ content }: ModelMessage) => count(content) + PER_MESSAGE;
  const beforeTokens = before.reduce((sum, message) => sum + costOf(message), 0);
  const most = Math.max(0, model.contextTokens - model.leastOutputTokens - PER_MESSAGE - beforeTokens);
  if (text.length > most * LONGEST_TOKEN) {
    return { kind: 'refused', refusal: { reason: 'prompt_too_long', tokens: null, most } };
  }
  const question: ModelMessage = { role: 'user', content: text };
  const questionTokens = costOf(question);
  if (questionTokens > most) {
    return { kind: 'refused', refusal: { reason: 'prompt_too_long', tokens: questionTokens, most } };
  }
  const messages = [...before, question];
  const inputTokens = beforeTokens + questionTokens;
  const wantedOutputTokens = Math.min(model.maxOutputTokens, model.contextTokens - inputTokens);
  return { kind: 'ready', messages, inputTokens, wantedOutputTokens };
}

const LONGEST_TOKEN = 128;
