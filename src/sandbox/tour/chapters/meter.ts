import { formatTokens } from '../../../core/tokens.ts';
import type { Person } from '../../people/person.ts';
import { readBalance } from '../acts.ts';
import { dodoBooks } from '../books.ts';
import type { Stage } from '../stage.ts';

/** Dodo's meter runs: its ledger follows what was used, and the member's balance stays what it was. */
export async function meterRuns(stage: Stage, person: Person): Promise<void> {
  const { expect, narrator, sandbox } = stage;
  const before = await readBalance(stage, person, 'quietly');
  await sandbox.meterTick();
  const { customerId } = await sandbox.app.statement(person.user);
  const dodo = dodoBooks(sandbox.world, customerId);
  narrator.note(`a minute later Dodo's meter has run; its ledger says ${formatTokens(dodo.balance)}`);
  const after = await readBalance(stage, person, 'told');
  expect.equal("Dodo's balance follows", dodo.balance, before.left);
  expect.equal('the member has as much left as before', after.left, before.left);
  expect.equal('nothing is on its way any more', after.inLedger, null);
}
