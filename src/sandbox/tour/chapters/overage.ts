import { formatTokens } from '../../../core/tokens.ts';
import type { Person } from '../../people/person.ts';
import { dodoBooks } from '../books.ts';
import type { Stage } from '../stage.ts';

/** 50 USD at 0.000005 USD a token. */
export const OVERAGE_CAP = 10_000_000;
const MICRO_DOLLARS_A_TOKEN = 5;
/** The least that one more question would have needed. */
const LEAST_ASK = 1_100;

/** What Dodo will bill for overage: close to the cap, and not a token above it. */
export async function overageStoppedAtCap(stage: Stage, person: Person): Promise<void> {
  const { expect, narrator, sandbox } = stage;
  await sandbox.meterTick();
  const { customerId } = await sandbox.app.statement(person.user);
  const { overage } = dodoBooks(sandbox.world, customerId);
  const cents = Math.round((overage * MICRO_DOLLARS_A_TOKEN) / 10_000);
  narrator.note(`Dodo's overage of ${person.name}: ${formatTokens(overage)} tokens, ${(cents / 100).toFixed(2)} USD`);
  expect.holds('the overage is not above its cap', overage <= OVERAGE_CAP, `at most ${OVERAGE_CAP}`, String(overage));
  expect.holds(
    'and reaches it but for less than a question',
    overage > OVERAGE_CAP - LEAST_ASK,
    `more than ${OVERAGE_CAP - LEAST_ASK}`,
    String(overage),
  );
}
