import { randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 22;

/** Makes an id with the vendor's prefix, e.g. `cus_4hRw…`. */
export type NewId = (prefix: string) => string;

/** Ids from a seed (the same run gives the same ids), or from the system's randomness without one. */
export function createIds(seed?: number): NewId {
  const next = seed === undefined ? () => randomInt(ALPHABET.length) : seededDigits(seed);
  return (prefix) => `${prefix}_${Array.from({ length: LENGTH }, () => ALPHABET[next()]).join('')}`;
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
