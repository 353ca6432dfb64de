import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ModelError, type ModelFault } from '../../core/model.ts';

const TOO_LONG_CODE = 'context_length_exceeded';
/** Servers that speak the same protocol have no such code and say it in words. */
const TOO_LONG_WORDS = /context (length|window|size)|maximum context|prompt is too long|too many (input )?tokens/i;
const MESSAGE_LENGTH = 300;

/** What a status means (https://platform.openai.com/docs/guides/error-codes). A redirect is a wrong address. */
function faultOfStatus(status: number): ModelFault {
  if (status === 413) return 'too_long';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'rate_limited';
  if (status >= 400 && status < 500 && status !== 408 && status !== 409) return 'refused';
  return 'unavailable';
}

/** An error event inside a stream carries no status, only a code or type. */
function faultOfCode(code: string): ModelFault {
  if (/rate_limit|insufficient_quota/.test(code)) return 'rate_limited';
  if (/invalid_request|content_policy|content_filter|invalid_prompt/.test(code)) return 'refused';
  return 'unavailable';
}

/** @returns whatever the SDK or the connection threw, as a ModelError */
export function toModelError(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  if (error instanceof APIConnectionTimeoutError) {
    return new ModelError('unavailable', 'the model did not begin to answer in time', { cause: error });
  }
  if (!(error instanceof APIError) || error instanceof APIConnectionError) {
    return new ModelError('unavailable', `the connection to the model broke: ${innermostMessage(error)}`, {
      cause: error,
    });
  }
  const said = `the model's server answered ${error.message}`.slice(0, MESSAGE_LENGTH);
  if (error.code === TOO_LONG_CODE || (error.status === 400 && TOO_LONG_WORDS.test(error.message))) {
    return new ModelError('too_long', said, facts(error));
  }
  const fault =
    typeof error.status === 'number' ? faultOfStatus(error.status) : faultOfCode(`${error.code} ${error.type}`);
  return new ModelError(fault, said, facts(error));
}

function facts(error: InstanceType<typeof APIError>): { status?: number; cause: unknown } {
  return typeof error.status === 'number' ? { status: error.status, cause: error } : { cause: error };
}

function innermostMessage(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at.message || at.name : String(at);
}
