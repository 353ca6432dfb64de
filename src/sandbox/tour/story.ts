import { formatTokens } from '../../core/tokens.ts';
import type { Person } from '../people/person.ts';
import { buy, PRO, STARTER, TOP_UP } from './chapters/buying.ts';
import { closeBooks } from './chapters/closing-books.ts';
import { askWithEmptyWallet } from './chapters/empty-wallet.ts';
import { firstAnswer } from './chapters/first-answer.ts';
import { spendUntilTold, toldOnceEach } from './chapters/low-balance.ts';
import { meterRuns } from './chapters/meter.ts';
import { OVERAGE_CAP, overageStoppedAtCap } from './chapters/overage.ts';
import { runOut } from './chapters/running-out.ts';
import { spendTo } from './chapters/spending.ts';
import type { Stage } from './stage.ts';

const TOP_UP_BUTTON = 'Top up 5,000,000';

/** From the empty wallet to the empty wallet, with a plan and a top-up between. The same on every platform. */
export async function starterStory(stage: Stage, person: Person): Promise<void> {
  const { heading } = stage.narrator;
  heading(`${person.name} asks with an empty wallet`);
  await askWithEmptyWallet(stage, person);
  heading(`${person.name} subscribes to Starter`);
  await buy(stage, person, STARTER);
  heading(`${person.name} asks, and the answer streams in`);
  await firstAnswer(stage, person);
  heading("Dodo's meter runs");
  await meterRuns(stage, person);
  heading(`${person.name} tops up`);
  await buy(stage, person, TOP_UP);
  heading(`${person.name} spends until the balance is low`);
  // Thresholds are shares of what was granted last: 20 % and 5 % of 5,000,000.
  await spendUntilTold(stage, person, 20, 700_000);
  await spendUntilTold(stage, person, 5, 80_000);
  heading(`${person.name} runs out`);
  await runOut(stage, person, TOP_UP_BUTTON);
  toldOnceEach(stage, person, [20, 5]);
  await closeBooks(stage, person);
}

/** A plan with overage: it is used up, overage begins, and ends at its cap. */
export async function proStory(stage: Stage, person: Person): Promise<void> {
  const { heading } = stage.narrator;
  heading(`${person.name} subscribes to Pro`);
  await buy(stage, person, PRO);
  heading(`${person.name} spends the plan's tokens`);
  await spendUntilTold(stage, person, 20, OVERAGE_CAP + 7_000_000);
  await spendUntilTold(stage, person, 5, OVERAGE_CAP + 1_500_000);
  heading(`${person.name} runs into overage`);
  await spendUntilTold(stage, person, 0, OVERAGE_CAP - 1_000_000);
  heading(`${person.name} comes to the cap of ${formatTokens(OVERAGE_CAP)} tokens`);
  await spendTo(stage, person, 50_000);
  await runOut(stage, person, TOP_UP_BUTTON);
  await overageStoppedAtCap(stage, person);
  toldOnceEach(stage, person, [20, 5, 0]);
  await closeBooks(stage, person);
}
