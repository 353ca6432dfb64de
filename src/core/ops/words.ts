import { DAY, HOUR, MINUTE, type Millis, SECOND } from '../time.ts';
import { OpsProblem, type OpsRequest } from './op.ts';

/** @returns such as `3 h`: the largest unit that fits */
export function span(ms: Millis): string {
  const units: readonly [Millis, string][] = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ];
  const [size, name] = units.find(([least]) => Math.abs(ms) >= least) ?? [SECOND, 's'];
  return `${Math.round(Math.abs(ms) / size)} ${name}`;
}

/** @returns a time as operators and programs read it (ISO 8601, UTC) */
export function time(at: Millis): string {
  return new Date(at).toISOString();
}

/** @throws OpsProblem naming what is missing */
export function argument(request: OpsRequest, index: number, what: string): string {
  const given = request.args[index];
  if (given === undefined || given === '') throw new OpsProblem(`${request.command}: ${what} is missing`);
  return given;
}

/** @throws OpsProblem when it is no whole number from 1 to `most` */
export function wholeNumber(text: string, what: string, most: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= most) return number;
  throw new OpsProblem(`${what}: expected a whole number from 1 to ${most}, got "${text}"`);
}

const SHOWN = 20;
const MOST_SHOWN = 1_000;

/** How many of a kind are shown. */
export function limitOf(request: OpsRequest): number {
  return request.options.limit === undefined ? SHOWN : wholeNumber(request.options.limit, '--limit', MOST_SHOWN);
}
