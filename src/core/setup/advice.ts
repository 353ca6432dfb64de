import type { CatalogueTerms } from '../catalogue.ts';

const LONGEST_MONTH = 31;

/** A cycle is a calendar month. @returns what to tell the operator; null when credits outlive every cycle */
export function expiryAdvice({ plans }: CatalogueTerms): string | null {
  const short = plans.filter((plan) => plan.expiresAfterDays < LONGEST_MONTH);
  if (short.length === 0) return null;
  const named = short.map((plan) => `${plan.name} (${plan.expiresAfterDays} days)`).join(', ');
  return `Credits of ${named} can expire before the next ones come: plans renew by calendar month, which has up to 31 days. With "expiresAfterDays": 32 in catalogue.json no member is left without tokens for a day.`;
}
