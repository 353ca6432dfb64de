import type { Millis } from './time.ts';

/** @returns the promise's result, or 'late' when it takes longer than `ms`; the promise goes on all the same */
export async function within<T>(promise: Promise<T>, ms: Millis): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
