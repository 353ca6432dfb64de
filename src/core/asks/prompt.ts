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
 * Turns what a member typed, or a conversation that a program sent, into what the model gets, with an upper bound of its
 * tokens, the system prompt's among them. Its length is looked at before anything is counted: a token is at most 128
 * characters in the o200k vocabulary.
 * @param mostOutputTokens what the asker wants at most; null: as much as the model gives
 */
export function preparePrompt(
  prompt: string | readonly ModelMessage[],
  model: ModelRules,
  count: CountTokens,
  systemPrompt: string | null = null,
  mostOutputTokens: number | null = null,
): PreparedPrompt {
  const asked: readonly ModelMessage[] =
    typeof prompt === 'string' ? [{ role: 'user', content: prompt.trim() }] : prompt;
  if (asked.every(({ content }) => content.trim() === ''))
    return { kind: 'refused', refusal: { reason: 'prompt_empty' } };
  const before: ModelMessage[] = systemPrompt === null ? [] : [{ role: 'system', content: systemPrompt }];
  const costOf = ({ content }: ModelMessage) => count(content) + PER_MESSAGE;
  const beforeTokens = before.reduce((sum, message) => sum + costOf(message), 0);
  const most = Math.max(0, model.contextTokens - model.leastOutputTokens - PER_MESSAGE - beforeTokens);
  if (asked.reduce((sum, { content }) => sum + content.length, 0) > most * LONGEST_TOKEN) {
    return { kind: 'refused', refusal: { reason: 'prompt_too_long', tokens: null, most } };
  }
  const questionTokens = asked.reduce((sum, message) => sum + costOf(message), 0);
  if (questionTokens > most) {
    return { kind: 'refused', refusal: { reason: 'prompt_too_long', tokens: questionTokens, most } };
  }
  const messages = [...before, ...asked];
  const inputTokens = beforeTokens + questionTokens;
  const room = Math.min(model.maxOutputTokens, model.contextTokens - inputTokens);
  const wantedOutputTokens = Math.min(room, mostOutputTokens ?? room);
  return { kind: 'ready', messages, inputTokens, wantedOutputTokens };
}

const LONGEST_TOKEN = 128;
