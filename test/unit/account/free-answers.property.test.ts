import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ending } from '../../../src/core/account/receipt.ts';
import { DAY, HOUR } from '../../../src/core/time.ts';
import { createBench } from './bench.ts';

const asks = fc.array(
  fc.record({
    ending: fc.constantFrom<Ending>('complete', 'length', 'stopped', 'cut', 'interrupted', 'failed'),
    visible: fc.boolean(),
    input: fc.nat(300),
    output: fc.nat(300),
    pause: fc.constantFrom(0, HOUR, 7 * HOUR),
  }),
  { minLength: 5, maxLength: 40, size: 'max' },
);

describe('what an answer costs', () => {
  it('is its input and output as far as held when seen, nothing when it failed, and for empty ones by the asker’s doing their input from the fourth of a day', () => {
    fc.assert(
      fc.property(asks, (list) => {
        const bench = createBench({ balance: 1_000_000_000 });
        const emptyOn = new Map<string, number>();
        for (const [index, { ending, visible, input, output, pause }] of list.entries()) {
          bench.advance(pause);
          bench.hold(`a${index}`, { inputTokens: 100, wantedOutputTokens: 200, dodoHeardAt: bench.now });
          const usage = { inputTokens: input, cachedTokens: 0, outputTokens: output };
          const charged = bench.settle(`a${index}`, { ending, visible, usage })?.receipt.charged;
          const day = new Date(bench.now).toISOString().slice(0, 10);
          const isAskers = !visible && (ending === 'stopped' || ending === 'length');
          if (isAskers) emptyOn.set(day, (emptyOn.get(day) ?? 0) + 1);
          const cost = visible ? input + output : isAskers && (emptyOn.get(day) ?? 0) > 3 ? input : 0;
          expect(charged).toBe(Math.min(cost, 300));
        }
        expect(bench.account.empty.day).toBeLessThanOrEqual(Math.floor(bench.now / DAY));
      }),
      { numRuns: 200 },
    );
  });
});
