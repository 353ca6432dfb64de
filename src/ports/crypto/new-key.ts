import { randomBytes } from 'node:crypto';

/** @returns 256 random bits, base64url: what nobody guesses */
export function newKey(): string {
  return randomBytes(32).toString('base64url');
}
