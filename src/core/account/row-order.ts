import type { LedgerRow } from '../billing.ts';

/** Whether `next` continues where `before` ended: the chain that Dodo's ledger forms. */
export function joins(next: LedgerRow, before: { balance: number; overage: number }): boolean {
  return next.balanceBefore === before.balance && next.overageBefore === before.overage;
}

/**
 * Ledger rows, oldest first: by Dodo's clock, and by the chain among rows of one instant.
 * Rows of one instant that form no chain keep the order in which they came.
 */
export function inOrder(rows: readonly LedgerRow[]): LedgerRow[] {
  const sorted = [...rows].sort((a, b) => a.createdAt - b.createdAt);
  const ordered: LedgerRow[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.createdAt === sorted[start]?.createdAt) end += 1;
    ordered.push(...chained(sorted.slice(start, end), ordered.at(-1)));
    start = end;
  }
  return ordered;
}

function after(row: LedgerRow): { balance: number; overage: number } {
  return { balance: row.balanceAfter, overage: row.overageAfter };
}

function chained(instant: LedgerRow[], previous: LedgerRow | undefined): LedgerRow[] {
  if (instant.length === 1) return instant;
  const left = [...instant];
  const isFirst = (row: LedgerRow) =>
    previous === undefined
      ? !instant.some((other) => other !== row && joins(row, after(other)))
      : joins(row, after(previous));
  const first = left.find(isFirst);
  if (first === undefined) return instant;
  const chain = [first];
  left.splice(left.indexOf(first), 1);
  while (left.length > 0) {
    const last = chain.at(-1);
    const next = left.find((row) => last !== undefined && joins(row, after(last)));
    if (next === undefined) return instant;
    chain.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return chain;
}
