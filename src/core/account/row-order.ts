import type { LedgerRow } from '../dodo/billing.ts';
import { type Millis, SECOND } from '../time.ts';

/** The two figures that the rows of a ledger hand on to one another. */
interface State {
  balance: number;
  overage: number;
}

/** Dodo may stamp a row when its transaction begins; rows this close together may stand in another order than their times. */
const CLOCK_SLACK: Millis = 5 * SECOND;

/** Looking for a chain is given up after so many steps: then the clock must do. */
const MOST_STEPS = 2_000;

/** Every ledger begins with nothing. */
const BEGINNING: State = { balance: 0, overage: 0 };

/** Whether `next` continues where `before` ended: the chain that Dodo's ledger forms. */
export function joins(next: LedgerRow, before: State): boolean {
  return next.balanceBefore === before.balance && next.overageBefore === before.overage;
}

/**
 * Ledger rows, oldest first, each id once: by the chain among rows that are close together in time, else by Dodo's
 * clock. Rows that form no chain stand by the clock; of one instant, in the order in which they came.
 */
export function inOrder(rows: readonly LedgerRow[]): LedgerRow[] {
  const once = new Map(rows.map((row) => [row.id, row]));
  const sorted = [...once.values()].sort((a, b) => a.createdAt - b.createdAt);
  const ordered: LedgerRow[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && isClose(sorted[end - 1], sorted[end])) end += 1;
    const previous = ordered.at(-1);
    ordered.push(...chained(sorted.slice(start, end), previous === undefined ? BEGINNING : after(previous)));
    start = end;
  }
  return ordered;
}

/** Whether two rows are so far apart in time that their order is beyond doubt. */
export function areApart(earlierAt: Millis, laterAt: Millis): boolean {
  return laterAt - earlierAt > CLOCK_SLACK;
}

/** @returns when the newest row was made that stands apart from all after it; null: there is none */
export function anchorOf(ordered: readonly LedgerRow[]): Millis | null {
  const times = ordered.map((row) => row.createdAt).sort((a, b) => b - a);
  return times.find((at, index) => index > 0 && areApart(at, times[index - 1] ?? at)) ?? null;
}

function isClose(earlier: LedgerRow | undefined, later: LedgerRow | undefined): boolean {
  return earlier !== undefined && later !== undefined && !areApart(earlier.createdAt, later.createdAt);
}

function after(row: LedgerRow): State {
  return { balance: row.balanceAfter, overage: row.overageAfter };
}

/** The earliest possible chain of all these rows, continuing `from` if one does; without any they stay as they are. */
function chained(rows: LedgerRow[], from: State): LedgerRow[] {
  if (rows.length === 1) return rows;
  return findChain(rows, from) ?? findChain(rows, null) ?? rows;
}

function findChain(rows: readonly LedgerRow[], from: State | null): LedgerRow[] | null {
  let steps = 0;
  const chain: LedgerRow[] = [];
  const left = new Set(rows);

  function extend(state: State | null): boolean {
    if (left.size === 0) return true;
    for (const row of rows) {
      if (!left.has(row) || (state !== null && !joins(row, state))) continue;
      steps += 1;
      if (steps > MOST_STEPS) return false;
      left.delete(row);
      chain.push(row);
      if (extend(after(row))) return true;
      chain.pop();
      left.add(row);
    }
    return false;
  }

  return extend(from) ? chain : null;
}
