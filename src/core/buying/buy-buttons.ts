import type { Catalogue, Pack } from '../catalogue.ts';
import type { Button } from '../chat/chat.ts';
import { formatTokens, formatUsd } from '../tokens.ts';

/** The ways out of an empty wallet: a plan for those without one, and a top-up. */
export function buyButtons(catalogue: Catalogue, hasPlan: boolean): Button[] {
  const plans = catalogue.plans.map(
    (plan): Button => ({
      label: `Subscribe to ${plan.name} · ${formatUsd(plan.monthlyCents)} a month`,
      action: `subscribe:${plan.key}`,
      style: 'primary',
    }),
  );
  const packs = catalogue.packs.map(
    (pack): Button => ({
      label: `Top up ${formatTokens(pack.tokens)} · ${formatUsd(pack.cents)}`,
      action: topUpAction(catalogue, pack),
      style: hasPlan ? 'primary' : 'secondary',
    }),
  );
  return hasPlan ? packs : [...plans, ...packs];
}

/** The action of a button that buys one pack; what follows the colon is what a member would type after /topup. */
function topUpAction(catalogue: Catalogue, pack: Pack): string {
  return pack === catalogue.packs[0] ? 'topup:1' : `topup:1 ${pack.key}`;
}
