/** One version of an account's document. */
export interface DocumentVersion {
  version: number;
  document: object;
}

/** Accounts whose document is remembered: about as many as ask at the same time. */
const REMEMBERED = 1_000;

/** Documents that were read or written, so that a version need not be parsed again and again. They are frozen: many read them. */
export interface Documents {
  find(accountId: string, version: number): object | undefined;
  /** @param durable a version that stands in the file */
  remember(accountId: string, durable: DocumentVersion): void;
}

export function createDocuments(): Documents {
  const known = new Map<string, DocumentVersion>();
  return {
    find(accountId, version) {
      const newest = known.get(accountId);
      return newest?.version === version ? newest.document : undefined;
    },
    remember(accountId, durable) {
      freeze(durable.document);
      known.delete(accountId);
      known.set(accountId, durable);
      if (known.size <= REMEMBERED) return;
      for (const longest of known.keys()) {
        known.delete(longest);
        break;
      }
    },
  };
}

/** Parts that a version took over from the one before are frozen already. */
function freeze(part: object): void {
  if (Object.isFrozen(part)) return;
  Object.freeze(part);
  for (const value of Object.values(part)) if (typeof value === 'object' && value !== null) freeze(value);
}
