import type { Receipt } from '../account/receipt.ts';
import { DAY, formatDay, type Millis } from '../time.ts';

/** Tokens charged, and asks that ended with a receipt, those that were free too. */
export interface Used {
  tokens: number;
  asks: number;
}

export interface UsedOfModel extends Used {
  model: string;
}

export interface UsageDay extends Used {
  /** In UTC, such as 2026-12-22. */
  day: string;
  /** The most used first. */
  models: UsedOfModel[];
}

export interface UsageReport extends Used {
  /** Oldest first, the last one today; days without usage too. */
  days: UsageDay[];
  /** The most used first. */
  models: UsedOfModel[];
}

/** When the first of so many days began, of which the last is today (UTC). */
export function firstOfDays(days: number, now: Millis): Millis {
  return (Math.floor(now / DAY) - days + 1) * DAY;
}

/** What was used by day and by model. @param receipts those of other days are left out */
export function usageReport(receipts: readonly Receipt[], days: number, now: Millis): UsageReport {
  const first = firstOfDays(days, now);
  const within = receipts.filter(({ settledAt }) => settledAt >= first && settledAt < first + days * DAY);
  const byDay = Map.groupBy(within, ({ settledAt }) => Math.floor((settledAt - first) / DAY));
  return {
    days: Array.from({ length: days }, (_, index) => {
      const ofDay = byDay.get(index) ?? [];
      return { day: formatDay(first + index * DAY), ...usedIn(ofDay), models: byModel(ofDay) };
    }),
    models: byModel(within),
    ...usedIn(within),
  };
}

/** What receipts add up to. */
export function usedIn(receipts: readonly Receipt[]): Used {
  return { tokens: receipts.reduce((sum, { charged }) => sum + charged, 0), asks: receipts.length };
}

function byModel(receipts: readonly Receipt[]): UsedOfModel[] {
  return [...Map.groupBy(receipts, ({ model }) => model)]
    .map(([model, ofModel]) => ({ model, ...usedIn(ofModel) }))
    .sort((a, b) => b.tokens - a.tokens || b.asks - a.asks || (a.model < b.model ? -1 : 1));
}
