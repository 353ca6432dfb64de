import { describe } from 'vitest';
import type { StoreEngine } from './store-harness.ts';
import { accountsContract } from './store-suite-accounts.ts';
import { lettersContract } from './store-suite-letters.ts';
import { rowsContract } from './store-suite-rows.ts';
import { sharedContract } from './store-suite-shared.ts';
import { spreadContract } from './store-suite-spread.ts';

/** What every engine of the store port promises (`src/core/store.ts`). */
export function storeContract(name: string, engine: StoreEngine): void {
  describe(`the store on ${name}`, () => {
    accountsContract(engine);
    rowsContract(engine);
    lettersContract(engine);
    sharedContract(engine);
    spreadContract(engine);
  });
}
