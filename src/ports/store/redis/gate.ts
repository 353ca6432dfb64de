type Method = (...args: unknown[]) => Promise<unknown>;

/** Lets calls through until it is closed, and then waits for those that are inside. */
export interface Gate {
  /** @param methods an object of nothing but methods that answer promises */
  around<Methods extends object>(methods: Methods): Methods;
  close(): Promise<void>;
}

/** @param description what is closed, in the error of a call that comes later */
export function createGate(description: string): Gate {
  let inside = 0;
  let closed = false;
  const empty = Promise.withResolvers<void>();

  async function pass(method: Method, args: unknown[]): Promise<unknown> {
    if (closed) throw new Error(`${description} is closed`);
    inside += 1;
    try {
      return await method(...args);
    } finally {
      inside -= 1;
      if (closed && inside === 0) empty.resolve();
    }
  }

  return {
    around: <Methods extends object>(methods: Methods) => {
      const guarded = Object.entries(methods).map(([name, method]) => [
        name,
        (...args: unknown[]) => pass(method as Method, args),
      ]);
      return Object.fromEntries(guarded) as Methods;
    },
    close: async () => {
      closed = true;
      if (inside > 0) await empty.promise;
    },
  };
}
