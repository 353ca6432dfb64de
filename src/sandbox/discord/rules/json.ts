/** A JSON object whose fields are not known yet. */
export type JsonObject = Record<string, unknown>;

/** Tells objects from lists, null and plain values. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; anything else counts as an empty object, so that its missing fields are reported. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map((entry) => (isObject(entry) ? entry : {})) : [];
}

/** The texts of a list. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
