import { formatDay, type Millis } from '../time.ts';
import { formatTokens } from '../tokens.ts';
import type { UsageOverview } from './usage.ts';
import { PACE_DAYS } from './usage-forecast.ts';
import type { Used } from './usage-report.ts';

const DAYS_SHOWN = 10;
const MODELS_SHOWN = 5;

/** What a wallet has used, in words. */
export function usageText(usage: UsageOverview): string {
  const { report, cycle, recent, cutAt } = usage;
  const days = report.days.filter(({ asks }) => asks > 0).reverse();
  const sums = [
    `Today: ${used(usage.today)}.`,
    ...(cycle === null ? [] : [`This cycle, since ${formatDay(cycle.since)}: ${used(cycle)}.`]),
    `Last ${report.days.length} days: ${used(report)}.`,
  ];
  const cut =
    cutAt === null ? [] : [`Only your newest answers are counted, back to ${formatDay(cutAt)}; there are more.`];
  if (recent.length === 0) return [...sums, leftText(usage)].join('\n');
  return [
    ...sums,
    ...cut,
    leftText(usage),
    ...list('By day (UTC)', days, DAYS_SHOWN, ({ day, models, ...sum }) => {
      return `${day}: ${used(sum)} (${models.map(({ model }) => model).join(', ')})`;
    }),
    ...list('By model', report.models, MODELS_SHOWN, ({ model, ...sum }) => `${model}: ${used(sum)}`),
    ...list(
      'Last answers, with their receipt numbers',
      recent,
      recent.length,
      ({ askId, charged, model, settledAt }) => {
        return `${minute(settledAt)} · ${formatTokens(charged)} tokens · ${model} · \`${askId}\``;
      },
    ),
  ].join('\n');
}

function used({ tokens, asks }: Used): string {
  return `${formatTokens(tokens)} tokens in ${asks} ${asks === 1 ? 'answer' : 'answers'}`;
}

function list<Item>(title: string, items: readonly Item[], shown: number, line: (item: Item) => string): string[] {
  if (items.length === 0) return [];
  const more = items.length > shown ? [`- and ${items.length - shown} more`] : [];
  return [`**${title}**`, ...items.slice(0, shown).map((item) => `- ${line(item)}`), ...more];
}

function minute(at: Millis): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

function leftText({ left, forecast, cycle }: UsageOverview): string {
  const there = `**${formatTokens(left)} tokens left.**`;
  if (left === 0) return there;
  if (forecast === null) return `${there} How long they last cannot be told yet: too little was used lately.`;
  const { days, until, perDay, expiring } = forecast;
  const pace = `At the pace of the last ${PACE_DAYS} days (about ${formatTokens(perDay)} tokens a day)`;
  const lost =
    expiring === null
      ? ''
      : ` About ${formatTokens(expiring.tokens)} of them would expire unused, from ${formatDay(expiring.at)} on.`;
  const renewsAt = cycle?.renewsAt ?? null;
  if (renewsAt !== null && renewsAt <= until) {
    return `${there} ${pace} they last until your plan renews on ${formatDay(renewsAt)}.${lost}`;
  }
  const howLong =
    days >= 365 ? 'more than a year' : `about ${days} ${days === 1 ? 'day' : 'days'}, until ${formatDay(until)}`;
  return `${there} ${pace} they last ${howLong}.${lost}`;
}
