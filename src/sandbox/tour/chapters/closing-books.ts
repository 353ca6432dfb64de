import { formatTokens } from '../../../core/tokens.ts';
import type { Person } from '../../people/person.ts';
import { readBalance } from '../acts.ts';
import { dodoBooks } from '../books.ts';
import { compareBooks } from '../compare-books.ts';
import type { Stage } from '../stage.ts';

/** Dodo's ledger beside the bot's own; every difference is a failure. */
export async function closeBooks(stage: Stage, person: Person): Promise<void> {
  const { narrator, expect, sandbox } = stage;
  await sandbox.meterTick();
  const statement = await sandbox.app.statement(person.user);
  const dodo = dodoBooks(sandbox.world, statement.customerId);
  narrator.heading(`The books of ${person.name}: Dodo's ledger`);
  narrator.table([
    row('entry', 'tokens', 'balance after', 'overage after'),
    ...dodo.rows.map((entry) =>
      row(entry.type, ...[entry.amount, entry.balanceAfter, entry.overageAfter].map(formatTokens)),
    ),
  ]);
  narrator.heading(`The books of ${person.name}: side by side`);
  const lines = compareBooks(dodo, statement);
  narrator.table([
    row('', 'Dodo', 'the bot', ''),
    ...lines.map((line) => row(line.what, formatTokens(line.dodo), formatTokens(line.bot), '')),
  ]);
  for (const line of lines) expect.equal(`${person.name}'s books: ${line.what}`, line.bot, line.dodo);
  const told = await readBalance(stage, person, 'quietly');
  expect.equal(`${person.name} is told the same balance`, told.left, dodo.balance);
  expect.holds(`${person.name} has spent something`, dodo.deducted > 0, 'tokens deducted', formatTokens(dodo.deducted));
}

function row(what: string, ...figures: string[]): string {
  return [what.padEnd(36), ...figures.map((figure) => figure.padStart(16))].join('').trimEnd();
}
