/** The p-th percentile of figures, by the nearest rank; NaN when there are none. */
export function percentile(figures: readonly number[], p: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Rounded for people: three digits that mean something. */
export function rounded(figure: number): number {
  return Number(figure.toPrecision(figure >= 1_000 ? 4 : 3));
}
