import { randomBytes } from 'node:crypto';
import { API_KEY_PREFIX } from '../../core/wallets/api-keys.ts';

/** 256 bits: a key is kept as a plain hash, which nobody can search back. */
const BYTES = 32;

/** @returns a new API key, such as `tb_` and 43 characters of base64url */
export function newApiKey(): string {
  return `${API_KEY_PREFIX}${randomBytes(BYTES).toString('base64url')}`;
}
