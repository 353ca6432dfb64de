import { APIConnectionTimeoutError, APIError, DodoPaymentsError } from 'dodopayments';
import { BillingError, type BillingFault } from '../../core/dodo/billing.ts';
import { HOUR, type Millis, SECOND } from '../../core/time.ts';
import { TransportFailure } from './transport.ts';

/** A gateway in front of Dodo answered: whether Dodo itself got the request is unknown. */
const GATEWAY = new Set([502, 504, 520, 522, 524]);

/**
 * What a status means for the caller. Codes: https://docs.dodopayments.com/api-reference/error-codes.
 * A redirect means that the address is wrong, which no change of the request can cure.
 */
function faultOfStatus(status: number): BillingFault {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate_limited';
  if (GATEWAY.has(status)) return 'unanswered';
  if (status >= 400 && status < 500 && status !== 408) return 'refused';
  return 'unavailable';
}

/**
 * Turns what Dodo's SDK threw into a BillingError.
 * @param operation what was tried, for the message
 * @param dodoNow Dodo's clock, for the wait that a rate limit names
 * @throws what is not the SDK's doing, as it came
 */
export function toBillingError(error: unknown, operation: string, dodoNow: Millis): BillingError {
  if (error instanceof BillingError) return error;
  if (error instanceof APIConnectionTimeoutError) {
    return new BillingError('unanswered', `${operation}: Dodo did not answer in time`, { cause: error });
  }
  const failure = error instanceof Error ? error.cause : undefined;
  if (failure instanceof TransportFailure) {
    const told = `${operation}: ${failure.message} (${failure.code})`;
    return new BillingError(failure.sent ? 'unanswered' : 'unavailable', told, { cause: failure });
  }
  if (error instanceof APIError && typeof error.status === 'number') return ofStatus(error, error.status);
  if (error instanceof APIError) {
    return new BillingError('unanswered', `${operation}: ${error.message}`, { cause: error });
  }
  if (error instanceof SyntaxError) {
    return new BillingError('unanswered', `${operation}: expected JSON of Dodo, came something else`, { cause: error });
  }
  // Thrown before anything is sent, such as for an id that is no path segment.
  if (error instanceof DodoPaymentsError) {
    return new BillingError('refused', `${operation}: ${error.message}`, { cause: error });
  }
  throw error;

  function ofStatus(refusal: InstanceType<typeof APIError>, status: number): BillingError {
    const code = codeOf(refusal.error);
    const retryAfterMs = waitOf(status, refusal.headers, dodoNow);
    return new BillingError(faultOfStatus(status), `${operation}: Dodo answered ${status}${detailOf(refusal)}`, {
      status,
      cause: refusal,
      ...(code === null ? {} : { code }),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    });
  }
}

function codeOf(body: unknown): string | null {
  const code = typeof body === 'object' && body !== null ? (body as Record<string, unknown>).code : null;
  return typeof code === 'string' ? code : null;
}

/** Dodo answers `{code, message}`, plain text, or nothing at all. */
function detailOf(refusal: { error: unknown; message: string }): string {
  const body = refusal.error;
  const told =
    typeof body === 'object' && body !== null
      ? ['code', 'message']
          .map((key) => (body as Record<string, unknown>)[key])
          .filter((part) => typeof part === 'string')
      : [refusal.message.replace(/^\d{3} /, '')];
  const text = told.join(' ').trim().slice(0, 300);
  return text === '' ? '' : `: ${text}`;
}

/**
 * `Retry-After` is seconds or a date (RFC 9110 §10.2.3). What `X-RateLimit-Reset` counts is not documented
 * (https://docs.dodopayments.com/api-reference/introduction), so it is read by its size: seconds to wait, or a time in
 * seconds or milliseconds since 1970.
 */
function waitOf(status: number, headers: Headers | undefined, dodoNow: Millis): Millis | null {
  const retryAfter = headers?.get('retry-after') ?? null;
  if (retryAfter !== null) {
    const wait = /^\d+(\.\d+)?$/.test(retryAfter) ? Number(retryAfter) * SECOND : Date.parse(retryAfter) - dodoNow;
    if (Number.isFinite(wait)) return bounded(wait);
  }
  // It stands on every answer, but only a 429 has us wait for it.
  const reset = status === 429 ? (headers?.get('x-ratelimit-reset') ?? null) : null;
  if (reset === null || !/^\d+(\.\d+)?$/.test(reset)) return null;
  const value = Number(reset);
  if (value < 1e9) return bounded(value * SECOND);
  return bounded((value < 1e12 ? value * SECOND : value) - dodoNow);
}

function bounded(wait: Millis): Millis {
  return Math.min(Math.max(Math.ceil(wait), 0), HOUR);
}
