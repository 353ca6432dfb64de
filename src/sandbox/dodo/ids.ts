import { createHash, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 22;

/** Makes an id with the vendor's prefix, e.g. `cus_4hRw…`. */
export type NewId = (prefix: string) => string;

/** Ids from a seed (the same run gives the same ids), or from the system's randomness without one. */
export function createIds(seed?: number): NewId {
  const next = seed === undefined ? () => randomInt(ALPHABET.length) : seededDigits(seed);
  return (prefix) => `${prefix}_${Array.from({ length: LENGTH }, () => ALPHABET[next()]).join('')}`;
}

/** A UUID made of an id, for the few resources that the vendor numbers so. */
export function uuidOf(id: string): string {
  const digits = createHash('sha256').update(id).digest('hex');
  const [a, b, c, d] = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(13, 16), digits.slice(17, 20)];
  return `${a}-${b}-4${c}-8${d}-${digits.slice(20, 32)}`;
}

/** Mulberry32: small, well spread, and enough for ids nobody has to guess. */
function seededDigits(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % ALPHABET.length;
  };
}
