import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unsettledTokens } from '../../../src/core/account/available.ts';
import type { UsageEvent } from '../../../src/core/dodo/billing.ts';
import { createWorld, happenings, type World } from './world.ts';

/** Where each event stands: in the outbox, or refused for good. Taken ones are in the ledger’s own list. */
function underWay(world: World): Map<string, number> {
  const rows = world.bench.rowsOf('usage').map((row) => row.body as UsageEvent);
  expect(new Set(rows.map((event) => event.eventId)).size).toBe(rows.length);
  return new Map(rows.map((event) => [event.eventId, event.tokens]));
}

function expectEachOnce(world: World): void {
  const outbox = underWay(world);
  const receipts = world.receipts();
  const byMeter = receipts.filter((receipt) => receipt.settledBy === 'meter');
  for (const { askId, charged } of byMeter) {
    const places = [outbox.get(askId), world.refused.get(askId)].filter((tokens) => tokens !== undefined);
    const known = [...places, world.dodo.events.get(askId)].filter((tokens) => tokens !== undefined);
    expect(places.length).toBeLessThanOrEqual(1);
    expect(known.length).toBeGreaterThan(0);
    expect(new Set(known)).toEqual(new Set([charged]));
  }
  const ids = new Set(byMeter.map((receipt) => receipt.askId));
  for (const id of [...outbox.keys(), ...world.dodo.events.keys()]) expect(ids.has(id)).toBe(true);
}

function sum(tokens: Iterable<number>): number {
  return [...tokens].reduce((total, one) => total + one, 0);
}

function expectDebitsAddUp(world: World): void {
  const { debited } = world.bench.account;
  const open = debited.open === null || world.dodo.debits.has(debited.open.id) ? 0 : debited.open.tokens;
  const charged = world.receipts().filter((receipt) => receipt.settledBy === 'debit');
  const audited = (what: string) =>
    world.bench.records
      .map(({ id, body }) => ({ id, ...(body as { what?: string; tokens?: number; writtenOff?: number }) }))
      .filter((record) => record.what === what);
  // Another's row of the same amount was taken for the intent's: said, so that the operator can look.
  const mistaken = audited('debit_doubtful').filter(({ id }) => !world.dodo.debits.has(id.replace(':doubtful', '')));
  const writtenOff =
    sum(audited('debit_insufficient').map((body) => body.writtenOff ?? 0)) +
    sum(mistaken.map((body) => body.tokens ?? 0));
  expect(sum(world.dodo.debits.values()) + open + debited.waiting + writtenOff).toBe(
    sum(charged.map((receipt) => receipt.charged)),
  );
}

describe('every answer', () => {
  it('that was charged for is one usage event or part of one debit, through anything that may happen on the way', () => {
    fc.assert(
      fc.property(happenings({ settle: 10, hold: 12, flush: 8, debit: 6, credit: 3 }), (list) => {
        const world = createWorld({ plan: 'starter', funds: 2_000 });
        for (const happening of list) {
          world.run(happening);
          expectEachOnce(world);
          expectDebitsAddUp(world);
        }
        world.drain();
        expectEachOnce(world);
        expectDebitsAddUp(world);
        expect(underWay(world).size).toBe(0);
        expect(world.bench.account.debited).toMatchObject({ waiting: 0, open: null });
        expect(sum(world.dodo.events.values()) + sum(world.refused.values())).toBe(
          sum(world.receipts().flatMap((one) => (one.settledBy === 'meter' ? [one.charged] : []))),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('is unsettled from its settling until the ledger shows it, whatever becomes of the attempts', () => {
    const quiet = { expire: 0, 'take back': 0, 'use elsewhere': 0, 'plan ends': 0, deliver: 0, tick: 0, debit: 0 };
    fc.assert(
      fc.property(happenings({ ...quiet, 'begin reading': 1, 'end reading': 1, wait: 1 }), (list) => {
        const world = createWorld({ plan: 'starter', funds: 2_000 });
        world.run({ what: 'plan starts' });
        for (const happening of list) {
          world.run(happening);
          expect(unsettledTokens(world.bench.account)).toBe(world.charged());
        }
      }),
      { numRuns: 200 },
    );
  });

  it('that was free leaves nothing to send', () => {
    const world = createWorld({ plan: 'starter', funds: 2_000 });
    world.run({ what: 'plan starts' });
    for (let ask = 0; ask < 4; ask += 1) {
      world.run({ what: 'hold', input: 10, output: 10 });
      world.run({ what: 'settle', index: 0, input: 10, output: 10, visible: false, how: 'cut' });
    }
    expect(world.receipts()).toHaveLength(4);
    expect(underWay(world).size).toBe(0);
  });
});
