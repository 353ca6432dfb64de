import type { ClampedTo, Refusal } from '../account/hold.ts';
import type { Receipt } from '../account/receipt.ts';
import { failureText } from '../chat/failure-text.ts';
import { closedText } from '../operator/places.ts';
import { formatTokens } from '../tokens.ts';
import type { BrakeRefusal } from './admission.ts';
import type { AskResult, StartedAsk } from './ask.ts';
import type { PromptRefusal } from './prompt.ts';

/**
 * Why an ask was refused, and what to do. Nothing was charged.
 * @param hasPlan a plan runs, so no other is offered
 */
export function refusalText(refusal: Refusal | PromptRefusal | BrakeRefusal, hasPlan: boolean): string {
  const wayOut = hasPlan ? 'Top up to go on.' : 'Subscribe or top up to go on.';
  switch (refusal.reason) {
    case 'prompt_empty':
      return 'Please write what you want to ask, for example: /ask Why is the sky blue?';
    case 'prompt_too_long':
      return `That is too long for the model: ${refusal.tokens === null ? 'it' : `it has about ${formatTokens(refusal.tokens)} tokens and the model`} takes at most ${formatTokens(refusal.most)}. Please shorten it. Nothing was charged.`;
    case 'no_tokens':
      return refusal.available === 0
        ? `You have no tokens left; this question needs at least ${formatTokens(refusal.needs)}. ${wayOut} Nothing was charged.`
        : `This question needs at least ${formatTokens(refusal.needs)} tokens and you have ${formatTokens(refusal.available)} free. ${wayOut} Nothing was charged.`;
    case 'balance_unconfirmed':
      return 'Your payment is still being confirmed. Please try again in a minute. Nothing was charged.';
    case 'billing_silent':
      return 'The payment service has not been heard from for a while, so balances cannot be trusted. Please try again in a few minutes. Nothing was charged.';
    case 'closed':
      return `${closedText(refusal.to)} Nothing was charged.`;
    case 'paused':
      return `Answers are paused by whoever runs this bot${refusal.why === '' ? '' : ` (${refusal.why})`}. Please try again later. Nothing was charged.`;
    case 'space_busy':
      return `Everybody here together can ask ${formatTokens(refusal.limit)} times a minute. Please try again in a minute. Nothing was charged.`;
    case 'daily_limit':
      return 'This bot has reached what whoever runs it allows for one day. Please try again later, after midnight UTC at the latest. Nothing was charged.';
    case 'too_many_running':
      return `You have ${formatTokens(refusal.limit)} answers being written already. Please wait for one to finish. Nothing was charged.`;
    case 'too_many_a_minute':
      return `You can ask ${formatTokens(refusal.limit)} times a minute. Please try again in a minute. Nothing was charged.`;
  }
}

/** The line below an answer. `left` is shown only where nobody but the asker sees it. */
export function receiptLine(receipt: Receipt, left: number | null): string {
  const cost = receipt.charged === 0 ? 'not charged' : `${formatTokens(receipt.charged)} tokens`;
  const rest = left === null ? '' : ` · ${formatTokens(left)} left`;
  return `${cost} · \`${receipt.askId}\`${rest}`;
}

/** The receipt in full, for the asker alone. */
export function receiptText(receipt: Receipt, left: number): string {
  const { usage } = receipt;
  const cached = usage.cachedTokens > 0 ? ` (${formatTokens(usage.cachedTokens)} cached)` : '';
  const counted = receipt.countedBy === 'us' ? ' The model reported no figures, so we counted them ourselves.' : '';
  const loss = receipt.beyondHold > 0 ? ` ${formatTokens(receipt.beyondHold)} more were used and are on us.` : '';
  return [
    `**Receipt ${receipt.askId}**`,
    `Charged: **${formatTokens(receipt.charged)} tokens**${receipt.charged === 0 ? ' (nothing)' : ''}.${loss}`,
    `Model ${receipt.model}: ${formatTokens(usage.inputTokens)} in${cached}, ${formatTokens(usage.outputTokens)} out.${counted}`,
    `Asked ${new Date(receipt.startedAt).toISOString()}, ${endingWords[receipt.ending]}.`,
    `Left now: ${formatTokens(left)} tokens.`,
  ].join('\n');
}

/** How an ask ended, in words. */
export const endingWords: Record<Receipt['ending'], string> = {
  complete: 'answered in full',
  length: 'ended at its bound',
  stopped: 'stopped by you',
  cut: 'cut off by the model or the platform',
  interrupted: 'interrupted by a restart of the bot',
  failed: 'failed',
};

const clampWords: Readonly<Record<ClampedTo, string>> = {
  balance: 'your balance',
  cap: 'your overage cap',
  day: "this bot's limit for today",
};

/** What is said of the beginning of an answer that cannot be as long as the model would write it; empty: nothing. */
export function clampNote({ clampedTo, outputBound }: Pick<StartedAsk, 'clampedTo' | 'outputBound'>): string {
  if (clampedTo === null) return '';
  const what = clampWords[clampedTo];
  return `\n${what.charAt(0).toUpperCase()}${what.slice(1)} allows an answer of at most ${formatTokens(outputBound)} tokens.`;
}

/** What is said of the end of an answer, when it did not simply end. */
export function endingNote(
  result: AskResult,
  { clampedTo, outputBound }: Pick<StartedAsk, 'clampedTo' | 'outputBound'>,
): string | null {
  const ending = result.receipt?.ending ?? null;
  const shown = result.text.trim() !== '';
  if (result.receipt === null) return 'The receipt of this answer will be ready in a minute.';
  if (ending === 'stopped') return shown ? 'Stopped.' : 'Stopped before anything was written.';
  if (ending === 'length' && clampedTo !== null) {
    return `The answer ends here: ${clampWords[clampedTo]} allowed at most ${formatTokens(outputBound)} tokens for it.`;
  }
  if (ending === 'length')
    return shown
      ? 'The answer ends here: it reached the longest that one may be.'
      : 'The model used up all its tokens before it wrote anything.';
  if (ending === 'interrupted') return 'Interrupted: the bot is restarting.';
  if (ending === 'cut') return 'The answer was cut off; you pay only for what was written.';
  if (ending === 'failed') {
    const why = result.error === null ? 'The model gave no answer.' : failureText(result.error);
    return `${why} You were not charged.`;
  }
  return null;
}
