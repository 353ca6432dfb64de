/**
 * Freezes a document that many read, and all in it. Parts that it took over from the version before are frozen already.
 * @returns the document
 */
export function frozen<Document extends object>(document: Document): Document {
  if (Object.isFrozen(document)) return document;
  Object.freeze(document);
  for (const name in document) {
    const part: unknown = document[name];
    if (typeof part === 'object' && part !== null) frozen(part);
  }
  return document;
}
