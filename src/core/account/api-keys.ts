import type { Millis } from '../time.ts';
import { MINUTE } from '../time.ts';
import type { Account, ApiKey } from './account.ts';
import type { Decision } from './decision.ts';

/** Keys that one account may have at once. */
export const MOST_API_KEYS = 10;

/** A use is noted at most this often: it costs a commit. */
const USE_NOTED_EVERY: Millis = MINUTE;

/** Adds a key whose hash is claimed for this account already. @returns whether there was room for it */
export function decideIssueKey(account: Account, key: ApiKey): Decision<boolean> {
  if (account.apiKeys.length >= MOST_API_KEYS) return { account: null, reply: false };
  return {
    account: { ...account, apiKeys: [...account.apiKeys, key] },
    reply: true,
    records: [audit('api_key_issued', account, key, key.createdAt)],
  };
}

/** From this commit on the key opens nothing. @returns what was revoked, or null */
export function decideRevokeKey(account: Account, id: string, now: Millis): Decision<ApiKey | null> {
  const key = account.apiKeys.find((candidate) => candidate.id === id);
  if (key === undefined) return { account: null, reply: null };
  return {
    account: { ...account, apiKeys: account.apiKeys.filter((other) => other !== key) },
    reply: key,
    records: [audit('api_key_revoked', account, key, now)],
  };
}

/** Finds the key and notes its use. @returns null when it is not one of this account's */
export function decideKeyUsed(account: Account, hash: string, now: Millis): Decision<ApiKey | null> {
  const key = account.joined === null ? account.apiKeys.find((candidate) => candidate.hash === hash) : undefined;
  if (key === undefined) return { account: null, reply: null };
  if (key.lastUsedAt !== null && now - key.lastUsedAt < USE_NOTED_EVERY) return { account: null, reply: key };
  const used = { ...key, lastUsedAt: now };
  return {
    account: { ...account, apiKeys: account.apiKeys.map((other) => (other === key ? used : other)) },
    reply: used,
  };
}

function audit(what: string, account: Account, key: ApiKey, at: Millis) {
  return {
    kind: 'audit',
    id: `${what}:${account.id}:${key.id}`,
    at,
    body: { what, accountId: account.id, keyId: key.id, name: key.name },
  };
}
