/** What the page says after something was done; the address carries only the key. */
const SENTENCES = {
  alerts: 'Your alerts are saved.',
  notices: 'Those notices will not be shown again.',
  removed: 'Done: they no longer spend from this wallet.',
  left: 'Done: you no longer share that wallet. Here you have a wallet of your own again.',
  revoked: 'Done: that key opens nothing any more.',
  no_key: 'There is no such key any more.',
  nobody: 'Nobody was removed: they did not share this wallet any more.',
} as const;

export type Said = keyof typeof SENTENCES;

/** @returns the sentence, or null when the key is none of ours */
export function sentenceOf(key: unknown): string | null {
  return typeof key === 'string' && Object.hasOwn(SENTENCES, key) ? SENTENCES[key as Said] : null;
}
