import type { Seen } from '../people/person.ts';

/** Reads what the bot wrote as a person would. All figures are tokens. */

const RECEIPT = /(?:^|\n)(?:([\d,]+) tokens|not charged) · `(ask_\w+)`/;

/** What the line below a finished answer says. */
export function receiptBelow(answer: readonly Seen[]): { charged: number; askId: string } | null {
  const found = RECEIPT.exec(answer.at(-1)?.text ?? '');
  return found === null ? null : { charged: figure(found[1] ?? '0'), askId: found[2] ?? '' };
}

/** What `/balance` says. */
export interface ToldBalance {
  left: number;
  /** What Dodo's ledger says, where it lags behind; null where it does not. */
  inLedger: number | null;
  overage: number;
  overageLeft: number;
}

/** @returns null when the text tells no balance */
export function toldBalance(text: string): ToldBalance | null {
  const left = /\*\*([\d,]+) tokens left\*\*/.exec(text);
  if (left === null) return null;
  const behind = /\(balance there: ([\d,]+)\)/.exec(text);
  const overage = /Overage in this cycle: ([\d,]+) tokens; ([\d,]+) more/.exec(text);
  return {
    left: figure(left[1]),
    inLedger: behind === null ? null : figure(behind[1]),
    overage: figure(overage?.[1] ?? '0'),
    overageLeft: figure(overage?.[2] ?? '0'),
  };
}

/** The percents of the low-balance DMs among these, oldest first; 0 for "used up". */
export function lowBalancePercents(dms: readonly Seen[]): number[] {
  return dms.flatMap(({ text }) => {
    const low = /at or below (\d+)%/.exec(text);
    if (low !== null) return [figure(low[1])];
    return /tokens are used up/.test(text) ? [0] : [];
  });
}

/** How many tokens a DM says were added, and the balance after that; null for another DM. */
export function tokensAdded({ text }: Seen): { added: number; balance: number } | null {
  const found = /\*\*([\d,]+) tokens were added\*\*.*balance is now ([\d,]+) tokens/.exec(text);
  return found === null ? null : { added: figure(found[1]), balance: figure(found[2]) };
}

/** "1,234" as 1234; NaN for what is no figure. */
export function figure(text: string | undefined): number {
  return text === undefined || text === '' ? Number.NaN : Number(text.replaceAll(',', ''));
}
