/** Tells whoever waits that the world has changed. */
export interface Changes {
  announce(): void;
  /**
   * Waits until `probe` gives a value.
   * @param describe what there was instead, for the error's text
   * @throws Error after `timeoutMs`, or when the simulator closes
   */
  until<T>(probe: () => T | undefined, timeoutMs: number, describe: () => string): Promise<T>;
  /** Ends every wait. */
  end(): void;
}

/** Makes an announcer without listeners. */
export function createChanges(): Changes {
  const listeners = new Set<(ended: boolean) => void>();
  const tell = (ended: boolean) => {
    for (const listener of [...listeners]) listener(ended);
  };
  return {
    announce: () => tell(false),
    end: () => tell(true),
    until<T>(probe: () => T | undefined, timeoutMs: number, describe: () => string) {
      return new Promise<T>((resolve, reject) => {
        const check = (ended: boolean) => {
          const found = probe();
          if (found !== undefined) finish(() => resolve(found));
          else if (ended) finish(() => reject(new Error(`the simulator closed while waiting; ${describe()}`)));
        };
        const timer = setTimeout(() => {
          finish(() => reject(new Error(`waited ${timeoutMs} ms in vain; ${describe()}`)));
        }, timeoutMs);
        const finish = (settle: () => void) => {
          clearTimeout(timer);
          listeners.delete(check);
          settle();
        };
        listeners.add(check);
        check(false);
      });
    },
  };
}
