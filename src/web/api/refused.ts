import type { ApiAnswer, ApiStart } from '../../core/asks/api-asks.ts';
import { refusalText } from '../../core/asks/ask-text.ts';
import { failureText } from '../../core/chat/failure-text.ts';
import { BillingError } from '../../core/dodo/billing.ts';
import { DAY, MINUTE, type Millis, SECOND } from '../../core/time.ts';
import { formatTokens } from '../../core/tokens.ts';
import { HttpProblem } from '../errors.ts';

type Refusal = Extract<ApiStart, { kind: 'refused' }>['refusal'];

/** An ask that takes seconds has ended, or another has. */
const SOON = 2;

function secondsUntilNext(period: Millis, now: Millis): number {
  return Math.ceil((period - (now % period)) / SECOND);
}

function statusOf(refusal: Refusal, now: Millis): { status: number; code: string; retryAfterSeconds?: number } {
  switch (refusal.reason) {
    case 'prompt_empty':
      return { status: 400, code: 'prompt_empty' };
    case 'prompt_too_long':
      return { status: 400, code: 'context_length_exceeded' };
    case 'no_tokens':
      return { status: 402, code: 'insufficient_tokens' };
    case 'closed':
      return { status: 403, code: 'closed' };
    case 'too_many_running':
      return { status: 429, code: 'too_many_running', retryAfterSeconds: SOON };
    case 'too_many_a_minute':
    case 'space_busy':
      return { status: 429, code: 'too_many_a_minute', retryAfterSeconds: secondsUntilNext(MINUTE, now) };
    case 'daily_limit':
      return { status: 429, code: 'daily_limit', retryAfterSeconds: secondsUntilNext(DAY, now) };
    case 'balance_unconfirmed':
    case 'billing_silent':
    case 'paused':
      return { status: 503, code: refusal.reason, retryAfterSeconds: MINUTE / SECOND };
  }
}

/** @returns what is answered to an ask that did not begin; a program tops up, whether or not a plan runs */
export function refusedProblem(refusal: Refusal, now: Millis): HttpProblem {
  const message =
    refusal.reason === 'prompt_empty' ? 'Expected a prompt with something in it.' : refusalText(refusal, true);
  return new HttpProblem({ ...statusOf(refusal, now), message });
}

/** @returns what is answered to an ask that ended with nothing to show; null: there is an answer */
export function failureProblem({ text, ending, error, charged, askId }: ApiAnswer): HttpProblem | null {
  if (text.trim() !== '' || ending === 'length' || ending === 'complete') return null;
  const cost = charged === 0 ? 'You were not charged.' : `${formatTokens(charged)} tokens were charged.`;
  if (ending === 'failed' || ending === 'cut') {
    const why = error === null ? 'The model gave no answer.' : failureText(error);
    return new HttpProblem({ status: 502, code: 'model_failed', message: `${why} ${cost} (${askId})` });
  }
  const why = ending === 'stopped' ? 'The connection was closed' : 'The server was restarted';
  return new HttpProblem({
    status: 502,
    code: ending,
    message: `${why} before the answer was there. ${cost} (${askId})`,
  });
}

/** @returns the error as one for the caller; those that are none of Dodo's are given back as they are */
export function billingProblem(error: unknown): unknown {
  if (!(error instanceof BillingError)) return error;
  const isPassing = error.fault === 'rate_limited' || error.fault === 'unavailable' || error.fault === 'unanswered';
  return new HttpProblem({
    status: isPassing ? 503 : 502,
    code: isPassing ? 'billing_unavailable' : 'billing_refused',
    message: failureText(error),
    ...(isPassing ? { retryAfterSeconds: MINUTE / SECOND } : {}),
  });
}
