import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorld, type Happening, happenings, OVERAGE_CAP, type World } from './world.ts';

/** What may have been lent out by now, from the ledger’s own books: a row takes away once it has reached us. */
function lendable(world: World): number {
  const takenAway = [...world.dodo.takenAway].filter(([id]) => world.delivered.has(id));
  const gone = takenAway.reduce((sum, [, amount]) => sum + amount, 0);
  return world.dodo.granted() - gone + (world.wasPro() ? OVERAGE_CAP : 0) + world.writtenOff();
}

function expectNoOverspend(world: World, happening: Happening): void {
  const before = world.charged() + world.held();
  world.run(happening);
  const after = world.charged() + world.held();
  if (after > before) {
    expect(happening.what).toBe('hold');
    expect(after).toBeLessThanOrEqual(lendable(world));
  }
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

function expectSoundDocument(world: World): void {
  const { account } = world.bench;
  for (const number of numbersIn(account)) expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
  expect(account.holds.length).toBeLessThanOrEqual(8);
  expect(account.metered.batches.length).toBeLessThanOrEqual(50);
  expect(JSON.stringify(account).length).toBeLessThan(40_000);
}

describe('no overspend', () => {
  it.each(['starter', 'pro'] as const)(
    'happens with %s, whatever is held, settled, released, lapsed, granted, deducted, expired, taken back, lost, doubled or late',
    (plan) => {
      fc.assert(
        fc.property(happenings(), (list) => {
          const world = createWorld({ plan, funds: 1_500 });
          for (const happening of list) expectNoOverspend(world, happening);
          expectSoundDocument(world);
        }),
        { numRuns: 200 },
      );
    },
  );

  it('happens while nothing is taken away, counting every receipt and every hold against what was granted', () => {
    const quiet = { expire: 0, 'take back': 0, 'use elsewhere': 0, 'plan ends': 0, 'plan starts': 0 };
    fc.assert(
      fc.property(happenings(quiet), fc.boolean(), (list, byMeter) => {
        const world = createWorld({ plan: 'starter', funds: 1_500 });
        if (byMeter) world.run({ what: 'plan starts' });
        for (const happening of list) {
          world.run(happening);
          expect(world.charged() + world.held()).toBeLessThanOrEqual(world.dodo.granted());
        }
        expect(world.writtenOff()).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves the books as the ledger has them once everything has arrived', () => {
    const quiet = { 'use elsewhere': 0, 'take back': 0 };
    fc.assert(
      fc.property(happenings(quiet), (list) => {
        const world = createWorld({ plan: 'starter', funds: 1_500 });
        for (const happening of list) world.run(happening);
        world.drain();
        const { ledger, holds, debited } = world.bench.account;
        expect(ledger?.balance).toBe(world.dodo.balance());
        expect(holds).toEqual([]);
        expect(debited.open).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('is not bought with refusing everything: what is there is lent', () => {
    const world = createWorld({ plan: 'starter', funds: 1_000 });
    for (let ask = 0; ask < 5; ask += 1) world.run({ what: 'hold', input: 100, output: 100 });
    expect(world.held()).toBe(1_000);
  });
});
