import type { CountTokens } from '../model.ts';

/** Counts what a model has written so far. Counting costs time, so it waits until somebody wants to know. */
export interface OutputCount {
  add(piece: string): void;
  /** A little high: what was counted at different times shares no tokens. */
  tokens(): number;
  /** Whether it is more than so many tokens; what cannot be is not counted, since a token has one byte at least. */
  exceeds(tokens: number): boolean;
}

export function createOutputCount(count: CountTokens): OutputCount {
  let counted = 0;
  let uncounted = '';
  let uncountedBytes = 0;

  function tokens(): number {
    if (uncounted !== '') counted += count(uncounted);
    uncounted = '';
    uncountedBytes = 0;
    return counted;
  }

  return {
    tokens,
    add(piece) {
      uncounted += piece;
      uncountedBytes += Buffer.byteLength(piece);
    },
    exceeds: (bound) => counted + uncountedBytes > bound && tokens() > bound,
  };
}
