import { frozen } from '../frozen.ts';
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
      frozen(durable.document);
      known.set(accountId, durable);
    },
    forget: (accountId) => known.delete(accountId),
  };
}
