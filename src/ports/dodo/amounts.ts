/** An amount was not a whole number that this program can hold. The message says what was expected and what came. */
export class AmountError extends Error {
  override name = 'AmountError';
}

const DECIMAL = /^(-?\d+)(?:\.(\d+))?$/;

/**
 * Reads an amount of Dodo's: tokens of a ledger row or balance, or cents of a payment. Dodo's API reference types
 * credit amounts as strings, its answers carry strings or numbers
 * (https://docs.dodopayments.com/api-reference/credit-entitlements).
 * @returns a safe integer; a fractional part is cut off downwards, so that nobody is promised a part of a token.
 * @throws AmountError for anything else: null, an empty text, an exponent, a number beyond 2^53.
 */
export function parseAmount(value: unknown): number {
  const whole = wholePart(value);
  if (whole === null || !Number.isSafeInteger(whole)) {
    throw new AmountError(`expected an amount as a decimal text or number within ±2^53, came ${shown(value)}`);
  }
  return whole === 0 ? 0 : whole;
}

function wholePart(value: unknown): number | null {
  if (typeof value === 'number') return Math.floor(value);
  if (typeof value !== 'string') return null;
  const match = DECIMAL.exec(value);
  if (match === null) return null;
  const [, integer = '', fraction = ''] = match;
  const cutOff = integer.startsWith('-') && /[1-9]/.test(fraction) ? 1 : 0;
  return Number(integer) - cutOff;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'number') return String(value);
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
