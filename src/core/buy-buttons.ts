import type { Catalogue } from './catalogue.ts';
import type { Button } from './chat.ts';
import { formatTokens, formatUsd } from './tokens.ts';

/** The ways out of an empty wallet: a plan for those without one, and a top-up. */
export function buyButtons(catalogue: Catalogue, hasPlan: boolean): Button[] {
  const { starter, pro } = catalogue.plans;
  const plans: Button[] = [starter, pro].map((plan) => ({
    label: `Subscribe to ${plan.name} · ${formatUsd(plan.monthlyCents)} a month`,
    action: `subscribe:${plan.key}`,
    style: 'primary',
  }));
  const topUp: Button = {
    label: `Top up ${formatTokens(catalogue.topUp.tokens)} · ${formatUsd(catalogue.topUp.cents)}`,
    action: 'topup:1',
    style: hasPlan ? 'primary' : 'secondary',
  };
  return hasPlan ? [topUp] : [...plans, topUp];
}
