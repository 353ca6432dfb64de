/** The p-th percentile of figures, by the nearest rank; NaN when there are none. */
export function percentile(figures: readonly number[], p: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** @returns the round whose figure is the median of theirs. @throws Error when there are none */
export function medianRound<Round>(rounds: readonly Round[], figure: (round: Round) => number): Round {
  const median = rounds.toSorted((a, b) => figure(a) - figure(b))[Math.floor(rounds.length / 2)];
  if (median === undefined) throw new Error('expected a round to have been measured');
  return median;
}

/** Rounded for people: three digits that mean something. */
export function rounded(figure: number): number {
  return Number(figure.toPrecision(figure >= 1_000 ? 4 : 3));
}
