import { DAY, type Millis } from '../time.ts';

/** The pace of so many days is taken for what is to come. */
export const PACE_DAYS = 7;

/** No forecast goes further: that is long enough to be told as such. */
const MOST_DAYS = 3_650;

export interface ForecastFacts {
  /** Tokens used in the time that was watched. */
  used: number;
  /** At least a day, or there is no pace to speak of. */
  watchedMs: Millis;
  left: number;
  /** Of what is left, as far as it is known: the earliest first, on Dodo's clock. */
  lasting: readonly { tokens: number; expiresAt: Millis }[];
  dodoNow: Millis;
}

export interface Forecast {
  /** Tokens a day, rounded down. */
  perDay: number;
  /** Whole days until nothing is left, at most ten years. */
  days: number;
  /** Dodo's clock. */
  until: Millis;
  /** Tokens that will have expired unused by then, and when the first of them do (Dodo's clock). */
  expiring: { tokens: number; at: Millis } | null;
}

/**
 * How long the tokens last at this pace, those that expire first being used first. A forecast, in integers all the way:
 * neither renewals nor overage are counted.
 * @returns null where there is no pace: nothing used, or watched for less than a day
 */
export function forecast({ used, watchedMs, left, lasting, dodoNow }: ForecastFacts): Forecast | null {
  if (used <= 0 || watchedMs < DAY) return null;
  const msFor = (tokens: number) => quotient(tokens, watchedMs, used);
  const tokensIn = (ms: Millis) => quotient(Math.max(0, ms), used, watchedMs);
  let until = dodoNow;
  const lost: { tokens: number; at: Millis }[] = [];
  // The grants were read a while ago: what was used since has come off the earliest.
  let spent = Math.max(0, sum(lasting) - left);
  let rest = left;
  for (const { tokens, expiresAt } of lasting) {
    const there = Math.max(0, tokens - spent);
    spent = Math.max(0, spent - tokens);
    rest -= there;
    const usable = Math.min(there, tokensIn(expiresAt - until));
    if (usable < there) {
      lost.push({ tokens: there - usable, at: expiresAt });
      until = Math.max(until, expiresAt);
    } else until += msFor(there);
  }
  until += msFor(Math.max(0, rest));
  const days = Math.min(MOST_DAYS, Math.floor((until - dodoNow) / DAY));
  return {
    perDay: tokensIn(DAY),
    days,
    until: Math.min(until, dodoNow + MOST_DAYS * DAY),
    expiring: lost[0] === undefined ? null : { tokens: sum(lost), at: lost[0].at },
  };
}

function sum(parts: readonly { tokens: number }[]): number {
  return parts.reduce((total, { tokens }) => total + tokens, 0);
}

/** a × b ÷ c, rounded down; exact, and at most what a number can hold exactly. */
function quotient(a: number, b: number, c: number): number {
  const exact = (BigInt(a) * BigInt(b)) / BigInt(c);
  return Number(exact > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : exact);
}
