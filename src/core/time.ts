/** Milliseconds since 1970. */
export type Millis = number;

/** Tells the time; passed in wherever behaviour depends on it. */
export type Clock = () => Millis;

export const SECOND: Millis = 1_000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

/** @returns such as 2026-12-22, in UTC */
export function formatDay(at: Millis): string {
  return new Date(at).toISOString().slice(0, 10);
}
