import { type Store, StoreError } from '../../core/store.ts';

/** Mistakes in code, which no waiting mends. */
const MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError];

/** @returns the store with its engine's failures as StoreErrors, so that they are not taken for mistakes of ours */
export function withStoreErrors(store: Store): Store {
  const methods = Object.entries(store).filter(([, method]) => typeof method === 'function');
  return Object.fromEntries(methods.map(([name, method]) => [name, told(method)])) as unknown as Store;
}

function told(method: (...args: unknown[]) => Promise<unknown>) {
  return async (...args: unknown[]) => {
    try {
      return await method(...args);
    } catch (error) {
      if (MISTAKES.some((kind) => error instanceof kind)) throw error;
      throw new StoreError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  };
}
