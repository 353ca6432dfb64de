import type { Store } from '../store.ts';

/** Facts that a store belongs to for ever. */
export type IdentityFact = 'dodo_environment' | 'credit_entitlement_id' | 'dodo_business_id';

/** A store is of one Dodo environment, business and entitlement: balances of another one would be money lost. */
export interface StoreIdentity {
  /** Writes what is not known yet. @throws Error when the store belongs to something else */
  confirm(facts: Partial<Record<IdentityFact, string>>): Promise<void>;
  /** What was confirmed, or read from the store at the first `confirm`. */
  known(fact: IdentityFact): string | null;
}

const FACTS: readonly IdentityFact[] = ['dodo_environment', 'credit_entitlement_id', 'dodo_business_id'];

export function createStoreIdentity(store: Store): StoreIdentity {
  const known = new Map<IdentityFact, string>();

  return {
    async confirm(facts) {
      const clashes: string[] = [];
      const missing: [IdentityFact, string][] = [];
      for (const fact of FACTS) {
        const stored = known.get(fact) ?? (await store.fact(fact));
        if (stored !== null) known.set(fact, stored);
        const given = facts[fact];
        if (given === undefined || given === stored) continue;
        if (stored === null) missing.push([fact, given]);
        else clashes.push(`${fact} ${stored}, and the configuration is for ${given}`);
      }
      if (clashes.length > 0) {
        throw new Error(`this store belongs to ${clashes.join('; to ')}: set DATABASE_PATH to another file`);
      }
      for (const [fact, given] of missing) {
        await store.setFact(fact, given);
        known.set(fact, given);
      }
    },
    known: (fact) => known.get(fact) ?? null,
  };
}
