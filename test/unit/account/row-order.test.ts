import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../src/core/account/row-order.ts';
import type { LedgerRow } from '../../../src/core/dodo/billing.ts';
import { SECOND } from '../../../src/core/time.ts';
import { credit, DODO_NOW, deducted, rowOf } from './bench.ts';

function ids(rows: readonly LedgerRow[]): string[] {
  return inOrder(rows).map((row) => row.id);
}

describe('the order of ledger rows', () => {
  it('is Dodo’s clock where rows stand apart', () => {
    const late = credit('late', 5, { createdAt: DODO_NOW + 60 * SECOND });
    const early = deducted('early', 5, { balanceBefore: 900, createdAt: DODO_NOW });
    expect(ids([late, early])).toEqual(['early', 'late']);
  });

  it('is the chain among rows of one instant, however they come', () => {
    const rows = [
      credit('a', 100),
      deducted('b', 30, { balanceBefore: 100 }),
      deducted('c', 70, { balanceBefore: 70 }),
      rowOf({ id: 'd', type: 'overage_charged', amount: 5 }),
    ];
    expect(ids([...rows].reverse())).toEqual(['a', 'b', 'c', 'd']);
  });

  it('finds the one chain that uses every row, where a quicker choice would leave some over', () => {
    const first = deducted('first', 10, { balanceBefore: 30, createdAt: DODO_NOW - 60 * SECOND });
    const out = deducted('out', 20, { balanceBefore: 20 });
    const back = credit('back', 20, { balanceBefore: 0 });
    const last = deducted('last', 5, { balanceBefore: 20 });
    expect(ids([last, first, out, back])).toEqual(['first', 'out', 'back', 'last']);
  });

  it('is the chain among rows that are stamped the wrong way round within seconds', () => {
    const rows = [
      credit('a', 100, { createdAt: DODO_NOW + 2 * SECOND }),
      deducted('b', 30, { balanceBefore: 100, createdAt: DODO_NOW }),
    ];
    expect(ids(rows)).toEqual(['a', 'b']);
  });

  it('has each row once, though shifting pages bring it twice', () => {
    const rows = [credit('a', 100, { createdAt: DODO_NOW + 1 }), deducted('b', 30, { balanceBefore: 100 })];
    expect(ids([...rows, ...rows.map((row) => ({ ...row }))])).toEqual(['a', 'b']);
  });

  it('is the clock again where close rows form no chain', () => {
    const rows = [
      deducted('b', 30, { balanceBefore: 900, createdAt: DODO_NOW + 1 }),
      deducted('a', 30, { balanceBefore: 100, createdAt: DODO_NOW }),
    ];
    expect(ids(rows)).toEqual(['a', 'b']);
  });

  it('ends at the ledger’s end for any chain, whatever the order of delivery and however coarse the clock', () => {
    const steps = fc.array(
      fc.record({ by: fc.integer({ min: -40, max: 40 }), pause: fc.constantFrom(0, 1, 700, 8_000) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (plan, random) => {
        let balance = 1_000;
        let at = DODO_NOW;
        const rows = plan.map(({ by, pause }, index) => {
          at += pause;
          const row = rowOf({
            id: `r${index}`,
            type: by > 0 ? 'credit_added' : 'credit_deducted',
            amount: Math.abs(by),
            balanceBefore: balance,
            createdAt: at,
          });
          balance = row.balanceAfter;
          return row;
        });
        const keyed = rows.map((row) => ({ row, key: random.next().value }));
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ row }) => row);
        const ordered = inOrder(shuffled);
        expect(new Set(ordered)).toEqual(new Set(rows));
        const apart = plan.every(({ by, pause }) => by !== 0 && pause > 0);
        if (apart) expect(ordered.at(-1)?.balanceAfter).toBe(balance);
      }),
    );
  });

  it('gives up looking for a chain in reasonable time', () => {
    const rows = Array.from({ length: 400 }, (_, index) =>
      index % 2 === 0 ? credit(`up${index}`, 1) : deducted(`down${index}`, 1, { balanceBefore: 1 }),
    );
    expect(ids([...rows, deducted('apart', 1, { balanceBefore: 77 })])).toHaveLength(401);
  });
});
