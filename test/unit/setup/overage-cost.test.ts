import { describe, expect, it } from 'vitest';
import { shifted } from '../../../src/core/setup/decimal.ts';
import { overageCost, overagePriceText } from '../../../src/core/setup/overage-cost.ts';

describe('a decimal point', () => {
  it.each([
    ['5', -6, '0.000005'],
    ['5', 0, '5'],
    ['0.000005', 6, '5'],
    ['12.50', 1, '125'],
    ['12', 3, '12000'],
    ['1234.5', -2, '12.345'],
    ['0', -3, '0'],
    ['007.10', 0, '7.1'],
  ])('moves in %s by %i places: %s', (text, places, expected) => {
    expect(shifted(text, places)).toBe(expected);
  });

  it.each(['', '-1', '5e-6', '1,5', '.5'])('is not moved in %j', (text) => {
    expect(() => shifted(text, 1)).toThrow(RangeError);
  });
});

describe('the price of overage', () => {
  it('is sent as dollars or as cents a token, a hundredfold apart', () => {
    expect(overagePriceText(5, 'dollars')).toBe('0.000005');
    expect(overagePriceText(5, 'cents')).toBe('0.0005');
    expect(overagePriceText(1_250_000, 'dollars')).toBe('1.25');
  });

  it('is told for a million tokens, with what it would be under the other reading', () => {
    expect(overageCost('NeuralAPI Pro', '0.000005', 'dollars')).toEqual({
      sentence: 'One million overage tokens of NeuralAPI Pro cost 5.00 USD.',
      otherwise: expect.stringMatching(
        /taken as dollars a token; if Dodo takes it as cents, one million cost 0\.05 USD/,
      ),
    });
    expect(overageCost('NeuralAPI Pro', '0.0005', 'cents')).toEqual({
      sentence: 'One million overage tokens of NeuralAPI Pro cost 5.00 USD.',
      otherwise: expect.stringMatching(
        /taken as cents a token; if Dodo takes it as dollars, one million cost 500\.00 USD/,
      ),
    });
  });

  it('is told by what stands at Dodo, whoever made it', () => {
    expect(overageCost('Pro', '0.0000051234', 'dollars').sentence).toBe(
      'One million overage tokens of Pro cost 5.1234 USD.',
    );
  });
});
