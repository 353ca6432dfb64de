/** Decimal places a credit amount can carry: an entitlement's precision is 0 to 10 (Dodo API reference, "Create Credit Entitlement"). */
const DECIMALS = 10;
const ONE = 10n ** BigInt(DECIMALS);
const DECIMAL_TEXT = /^-?\d{1,28}(\.\d{1,10})?$/;

/** One credit in the simulator's integer unit (10^-10 credit). */
export const ONE_CREDIT = ONE;

/**
 * Reads a decimal text as an integer of 10^-10 units.
 * @throws RangeError when the text is not a decimal number with at most 10 places
 */
export function parseAmount(text: string): bigint {
  if (!DECIMAL_TEXT.test(text)) {
    throw new RangeError(`expected a decimal number with at most ${DECIMALS} places, got ${JSON.stringify(text)}`);
  }
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * ONE + BigInt(fraction.padEnd(DECIMALS, '0'));
  return negative ? -value : value;
}

/** Reads a JSON number as an integer of 10^-10 units; digits beyond the tenth place are rounded. */
export function amountFromNumber(value: number): bigint {
  return Number.isInteger(value) ? BigInt(value) * ONE : parseAmount(value.toFixed(DECIMALS));
}

/** Writes an integer of 10^-10 units as a plain decimal text without needless zeros ("10000000", "0.5"). */
export function formatAmount(value: bigint): string {
  const size = value < 0n ? -value : value;
  const fraction = (size % ONE).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  const text = `${size / ONE}${fraction === '' ? '' : `.${fraction}`}`;
  return value < 0n ? `-${text}` : text;
}

/** The product of two amounts, both in 10^-10 units, rounded down. */
export function multiplyAmounts(left: bigint, right: bigint): bigint {
  return (left * right) / ONE;
}

/** What `amount` units cost at a price in whole currency units a unit, in cents, rounded half up. */
export function costInCents(amount: bigint, pricePerUnit: bigint): number {
  const scale = ONE * ONE;
  return Number((amount * pricePerUnit * 100n + scale / 2n) / scale);
}
