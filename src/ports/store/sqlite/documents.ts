import type { Memory } from './memory.ts';

/** One version of an account's document. */
export interface DocumentVersion {
  version: number;
  document: object;
}

/** Accounts whose document is remembered: about as many as ask at the same time. */
export const DOCUMENTS = 1_000;

/** The newest versions of documents, frozen: many read them. */
export interface Documents {
  find(accountId: string): DocumentVersion | undefined;
  /** @param durable a version that stands in the file */
  remember(accountId: string, durable: DocumentVersion): void;
  forget(accountId: string): void;
}

export function createDocuments(known: Memory<DocumentVersion>): Documents {
  return {
    find: (accountId) => known.get(accountId),
    remember(accountId, durable) {
      freeze(durable.document);
      known.set(accountId, durable);
    },
    forget: (accountId) => known.delete(accountId),
  };
}

/** Parts that a version took over from the one before are frozen already. */
function freeze(part: object): void {
  if (Object.isFrozen(part)) return;
  Object.freeze(part);
  for (const value of Object.values(part)) if (typeof value === 'object' && value !== null) freeze(value);
}
