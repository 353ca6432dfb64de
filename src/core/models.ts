import type { ModelUsage } from './model.ts';
import { tokens, weighTokens } from './tokens.ts';

/** What the gate must know of a model. Weights are in thousandths: 1000 charges a provider's token as one of ours. */
export interface ModelRules {
  /** Input and output together. */
  contextTokens: number;
  /** The most that one answer may have, reasoning included. */
  maxOutputTokens: number;
  /** Below this an answer is of no use, so the ask is refused. */
  leastOutputTokens: number;
  inputWeight: number;
  cachedInputWeight: number;
  outputWeight: number;
}

const atPar = { inputWeight: 1000, cachedInputWeight: 1000, outputWeight: 1000 };

/** A model that reasons before it writes needs room to do so, or it ends with nothing to show. */
const reasoning = { leastOutputTokens: 1_024, ...atPar };

/**
 * Models by name; sizes from OpenAI's model pages (platform.openai.com/docs/models). A model that is not here gets
 * small, safe figures: an operator adds its own in MODEL_TABLE.
 */
export const knownModels: Readonly<Record<string, ModelRules>> = {
  'gpt-5.4-mini': { contextTokens: 400_000, maxOutputTokens: 128_000, ...reasoning },
  'gpt-5.4': { contextTokens: 400_000, maxOutputTokens: 128_000, ...reasoning },
  'gpt-5-mini': { contextTokens: 400_000, maxOutputTokens: 128_000, ...reasoning },
};

/**
 * When OpenAI takes models away, as the types of its client say (openai 7.57.0, resources/shared.d.ts, "Announced
 * shutdown date"); for servers that do not tell it themselves.
 */
const announcedShutdowns: Readonly<Record<string, readonly string[]>> = {
  '2026-10-23': ['gpt-4.1-nano', 'o4-mini', 'o3-mini', 'o1', 'gpt-4-turbo', 'gpt-4', 'gpt-3.5-turbo'],
  '2026-12-11': ['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'o3'],
  '2027-01-14': ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4o', 'gpt-4o-mini'],
  '2027-04-01': ['gpt-5.4-nano', 'gpt-5.1'],
};

/** @returns the announced end of a model, or of what its dated name is a version of, as `YYYY-MM-DD`; null: none is known */
export function shutdownOf(name: string): string | null {
  const family = name.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  const found = Object.entries(announcedShutdowns).find(([, names]) => names.includes(family));
  return found?.[0] ?? null;
}

export const unknownModel: ModelRules = {
  contextTokens: 32_000,
  maxOutputTokens: 4_096,
  leastOutputTokens: 128,
  ...atPar,
};

/** @returns what this usage is charged, before any hold bounds it */
export function weighUsage(model: ModelRules, usage: ModelUsage): number {
  const cached = Math.min(tokens(usage.cachedTokens, 'cached tokens'), tokens(usage.inputTokens, 'input tokens'));
  return (
    weighTokens(usage.inputTokens - cached, model.inputWeight) +
    weighTokens(cached, model.cachedInputWeight) +
    weighTokens(usage.outputTokens, model.outputWeight)
  );
}

/** @returns how many output tokens `budget` of our tokens pay for */
export function affordableOutput(model: ModelRules, budget: number): number {
  return budget <= 0 ? 0 : Math.floor((tokens(budget, 'budget') * 1000) / Math.max(1, model.outputWeight));
}
