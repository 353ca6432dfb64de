/** Runs what it is given one after the other. */
export interface InTurn {
  <Result>(run: () => Promise<Result>): Promise<Result>;
  /** Resolves when nothing waits any more; never throws. */
  idle(): Promise<void>;
}

export function createInTurn(): InTurn {
  let queue: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = queue.then(run);
    queue = result.catch(() => {});
    return result;
  }
  return Object.assign(inTurn, { idle: () => queue.then(() => {}) });
}
