import type { ModelUsage } from '../../core/model.ts';

interface ToldUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
}

/**
 * Reads the `usage` of a chat completion (https://platform.openai.com/docs/api-reference/chat/object).
 * `completion_tokens` includes reasoning; cached tokens are part of the input.
 * @returns null when it is not counts of tokens: then the caller's own count stands
 */
export function readUsage(told: ToldUsage): ModelUsage | null {
  const inputTokens = count(told.prompt_tokens);
  const outputTokens = count(told.completion_tokens);
  if (inputTokens === null || outputTokens === null) return null;
  const cached = count(told.prompt_tokens_details?.cached_tokens) ?? 0;
  return { inputTokens, outputTokens, cachedTokens: Math.min(cached, inputTokens) };
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
