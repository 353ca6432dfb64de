/** Bounds calls that may all take the same time: one timer serves them, for they run out in the order of their coming. */
export interface Deadline {
  /** @throws Error when `promise` takes longer; it goes on, and its result is thrown away */
  bound<T>(promise: Promise<T>): Promise<T>;
}

/** @param late what the error says */
export function createDeadline(ms: number, late: string): Deadline {
  const calls = new Set<{ until: number; reject(error: Error): void }>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    timer = undefined;
    const now = performance.now();
    for (const call of calls) {
      if (call.until > now) {
        watch(call.until - now);
        return;
      }
      calls.delete(call);
      call.reject(new Error(late));
    }
  }

  /** What waits for an answer has a socket, which keeps the process going; a timer that outlasts its calls need not. */
  function watch(forMs: number): void {
    timer = setTimeout(look, Math.ceil(forMs)).unref();
  }

  return {
    bound: <T>(promise: Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        const call = { until: performance.now() + ms, reject };
        calls.add(call);
        if (timer === undefined) watch(ms);
        promise.then(
          (value) => {
            calls.delete(call);
            resolve(value);
          },
          (error) => {
            calls.delete(call);
            reject(error);
          },
        );
      }),
  };
}
