type Method = (...args: unknown[]) => Promise<unknown>;

/** Lets calls through until it is closed, and then waits for those that are inside. */
export interface Gate {
  /** @param methods an object of nothing but methods that answer promises */
  around<Methods extends object>(methods: Methods): Methods;
  close(): Promise<void>;
}

/** @param description what is closed, in the error of a call that comes later */
export function createGate(description: string): Gate {
  const inside = new Set<Promise<unknown>>();
  let closed = false;

  async function pass(method: Method, args: unknown[]): Promise<unknown> {
    if (closed) throw new Error(`${description} is closed`);
    const call = method(...args);
    inside.add(call);
    try {
      return await call;
    } finally {
      inside.delete(call);
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
      while (inside.size > 0) await Promise.allSettled(inside);
    },
  };
}
