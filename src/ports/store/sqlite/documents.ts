/** One version of an account's document. */
export interface DocumentVersion {
  version: number;
  document: object;
}

/**
 * The newest documents, as they stand in the file, so that they need not be read and parsed again and again. Whoever forgets a document before it is written and remembers it once that is on the disk never
 * lets an older one be seen. What is remembered is frozen: many read it.
 */
export interface Documents {
  find(accountId: string): DocumentVersion | undefined;
  remember(accountId: string, newest: DocumentVersion): void;
  forget(accountId: string): void;
}

/** @param most how many are remembered: 0 where another process writes */
export function createDocuments(most: number): Documents {
  const known = new Map<string, DocumentVersion>();
  return {
    find: (accountId) => known.get(accountId),
    remember(accountId, newest) {
      freeze(newest.document);
      known.delete(accountId);
      known.set(accountId, newest);
      if (known.size <= most) return;
      for (const longest of known.keys()) {
        known.delete(longest);
        break;
      }
    },
    forget: (accountId) => {
      known.delete(accountId);
    },
  };
}

/** Parts that a version took over from the one before are frozen already. */
function freeze(part: object): void {
  if (Object.isFrozen(part)) return;
  Object.freeze(part);
  for (const value of Object.values(part)) if (typeof value === 'object' && value !== null) freeze(value);
}
