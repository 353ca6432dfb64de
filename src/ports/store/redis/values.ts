/** How values travel to Redis and back: everything is text there. */

/** Half a surrogate pair would be kept as U+FFFD: two ids could become one. @throws TypeError */
export function wellFormed(text: string): string {
  if (!text.isWellFormed())
    throw new TypeError(`Expected well-formed Unicode, got ${JSON.stringify(text.slice(0, 60))}`);
  return text;
}

/** @throws TypeError when it is no safe integer */
export function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`Expected a safe integer, got ${value}`);
  return String(value);
}

/** A time as text whose order is that of the times. @throws TypeError */
export function padded(time: number): string {
  if (!Number.isSafeInteger(time) || time < 0)
    throw new TypeError(`Expected whole milliseconds since 1970, got ${time}`);
  return String(time).padStart(16, '0');
}

/** Two texts as one that no other two make. */
export function pair(first: string, second: string): string {
  return `${first.length}:${wellFormed(first)}${wellFormed(second)}`;
}

/** @throws TypeError when Redis answered something else */
export function asText(reply: unknown): string {
  if (typeof reply !== 'string') throw new TypeError(`Expected a text from Redis, got ${typeof reply}`);
  return reply;
}

/** Scores come as text, counts as numbers. @throws TypeError when Redis answered something else */
export function asNumber(reply: unknown): number {
  const number = typeof reply === 'string' ? Number(reply) : reply;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new TypeError(`Expected a number from Redis, got ${typeof reply}`);
  return number;
}

/** @throws TypeError when Redis answered something else */
export function asList(reply: unknown): unknown[] {
  if (!Array.isArray(reply)) throw new TypeError(`Expected a list from Redis, got ${typeof reply}`);
  return reply;
}

/** @throws TypeError when Redis answered something else */
export function asTextOrNull(reply: unknown): string | null {
  return reply === null ? null : asText(reply);
}

/** A flat list in groups of `size`. */
export function inGroups(reply: unknown, size: number): unknown[][] {
  const list = asList(reply);
  return Array.from({ length: list.length / size }, (_, n) => list.slice(n * size, (n + 1) * size));
}
