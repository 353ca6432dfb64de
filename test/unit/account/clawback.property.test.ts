import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availableTokens, unsettledTokens } from '../../../src/core/account/available.ts';
import { createClawbackModel, GRANTED, PAID_CENTS } from './clawback-model.ts';

// Few sizes, so that the amounts of usage, refunds and debits coincide.
const sizes = fc.constantFrom(100, 250, 500, 1_000);
const deed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('ask' as const), tokens: sizes }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('finish' as const) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('meter' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('refund' as const), cents: sizes }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('dispute' as const),
      status: fc.constantFrom('opened' as const, 'won' as const, 'lost' as const, 'cancelled' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('work' as const),
      answer: fc.constantFrom('comes' as const, 'comes' as const, 'lost' as const, 'unsent' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('arrive' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('read' as const) }) },
);

describe('taken-back tokens count as not granted (I1)', () => {
  it('whatever is asked, refunded, disputed, lost, late or of the same amount', () => {
    fc.assert(
      fc.property(
        fc.array(deed, { maxLength: 40 }),
        fc.boolean(),
        fc.constantFrom('manual_adjustment', 'credit_deducted'),
        (deeds, drawsPaidFirst, debitType) => {
          const model = createClawbackModel(drawsPaidFirst, debitType);
          for (const one of deeds) {
            if (one.what === 'ask') model.ask(one.tokens);
            else if (one.what === 'refund') model.refund(one.cents);
            else if (one.what === 'dispute') model.dispute(one.status);
            else if (one.what === 'work') model.work(one.answer);
            else if (one.what === 'arrive') model.arrive(one.which);
            else model[one.what]();
            expect(model.charged() + model.held()).toBeLessThanOrEqual(GRANTED - model.takenAtDodo());
            expect(model.takenAtDodo()).toBeGreaterThanOrEqual(0);
            expect(model.takenAtDodo()).toBeLessThanOrEqual(1_000);
          }
          model.drain();
          const { account } = model.bench;
          const [clawback] = account.clawbacks;
          expect(clawback?.taken ?? 0).toBe(model.takenAtDodo());
          expect(clawback?.told ?? 0).toBe(model.takenAtDodo());
          expect(clawback?.open ?? null).toBeNull();
          expect(account.ledger?.balance).toBe(model.balanceAtDodo());
          expect(unsettledTokens(account)).toBe(0);
          expect(availableTokens(account, model.bench.rules, model.bench.moment())).toBe(model.balanceAtDodo());
          expect(model.balanceAtDodo()).toBe(GRANTED - model.charged() - model.takenAtDodo());
          const standing = (clawback?.claims ?? []).filter((claim) => claim.stands);
          const cents = standing.reduce((sum, claim) => sum + (claim.cents ?? PAID_CENTS), 0);
          expect(model.takenAtDodo()).toBeLessThanOrEqual(Math.min(1_000, (cents * 1_000) / PAID_CENTS));
        },
      ),
      { numRuns: 400 },
    );
  });
});
