import { randomBytes } from 'node:crypto';

/** Crockford's base 32 (https://www.crockford.com/base32.html): nothing that reads like another sign. */
const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 10 signs of 5 bits: with ten tries an hour a code that lives ten minutes is never guessed. */
const LENGTH = 10;

/** @returns a new code as members are shown it, such as `7K3QX-0M9TZ` */
export function newLinkCode(): string {
  const signs = Array.from(randomBytes(LENGTH), (byte) => SIGNS[byte % SIGNS.length]).join('');
  return `${signs.slice(0, LENGTH / 2)}-${signs.slice(LENGTH / 2)}`;
}
