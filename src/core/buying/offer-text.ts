import type { PackTerms, PlanTerms } from '../catalogue.ts';
import { formatTokens, formatUsd } from '../tokens.ts';

/** @returns such as "10,000,000 tokens a month for $29.00" */
export function planOffer(plan: PlanTerms): string {
  return `${formatTokens(plan.tokensPerCycle)} tokens a month for ${formatUsd(plan.monthlyCents)}`;
}

/** @returns such as "5,000,000 tokens for $19.00, good for 365 days" */
export function packOffer(pack: PackTerms, count = 1): string {
  return `${formatTokens(count * pack.tokens)} tokens for ${formatUsd(count * pack.cents)}, good for ${pack.expiresAfterDays} days`;
}

/** @returns such as "starter, pro or team" */
export function inWords(words: readonly string[], joint: 'and' | 'or'): string {
  return [words.slice(0, -1).join(', '), words.at(-1) ?? ''].filter((part) => part !== '').join(` ${joint} `);
}
