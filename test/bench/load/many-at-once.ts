/**
 * Does `work` for each number from 0 below `count`, `atOnce` of them side by side.
 * @returns the milliseconds that each took
 */
export async function manyAtOnce(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<number[]> {
  const took: number[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < count) {
      const index = next;
      next += 1;
      const from = performance.now();
      await work(index);
      took.push(performance.now() - from);
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return took;
}
