const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/**
 * Moves the decimal point: 5 by −6 places is "0.000005".
 * @param text a decimal number, zero or more, without an exponent
 * @param places to the right; below zero: to the left
 * @returns the number without zeros that say nothing
 * @throws RangeError saying what came instead
 */
export function shifted(text: string, places: number): string {
  const match = DECIMAL.exec(text);
  if (match === null) throw new RangeError(`expected a decimal number, got ${JSON.stringify(text)}`);
  const [, whole = '', fraction = ''] = match;
  const point = whole.length + places;
  const digits = (whole + fraction).padStart(whole.length + fraction.length + Math.max(0, -point), '0');
  const at = Math.max(0, point);
  const before =
    digits
      .slice(0, at)
      .padEnd(at, '0')
      .replace(/^0+(?=\d)/, '') || '0';
  const after = digits.slice(at).replace(/0+$/, '');
  return after === '' ? before : `${before}.${after}`;
}
