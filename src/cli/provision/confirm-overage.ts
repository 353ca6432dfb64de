import type { OverageCost } from '../../core/setup/overage-cost.ts';
import type { Ask } from './ask.ts';

export interface ConfirmOptions {
  isLive: boolean;
  /** Sentences that were confirmed beforehand. */
  confirmed: readonly string[];
  ask: Ask;
  tell(line: string): void;
}

/**
 * Tells what overage costs by the prices that stand at Dodo. In live_mode a price that is not in use yet must be
 * confirmed, by the sentence itself or by typing yes.
 * @returns whether to go on
 */
export async function confirmOverage(
  costs: readonly OverageCost[],
  isNew: boolean,
  { isLive, confirmed, ask, tell }: ConfirmOptions,
): Promise<boolean> {
  tell('');
  for (const { sentence, otherwise } of costs) tell(`${sentence}\n  ${otherwise}`);
  tell("  The plan's page in the dashboard shows how Dodo reads it; OVERAGE_PRICE_UNIT turns it around.");
  const open = costs.filter(({ sentence }) => !confirmed.includes(sentence));
  if (!isLive || !isNew || open.length === 0) return true;
  if ((await ask('Is that what overage is to cost? Type yes to go on: '))?.toLowerCase() === 'yes') return true;
  tell('');
  tell('Not confirmed, so nothing was put to use: in live_mode this is money. To go on, run it again with');
  for (const { sentence } of open) tell(`  --confirm-overage "${sentence}"`);
  return false;
}
