/** The body of every refusal: https://platform.openai.com/docs/guides/error-codes */
interface OpenAiErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}

interface ErrorDetails {
  type?: string;
  param?: string | null;
  code?: string | null;
}

/** A refusal with an HTTP status and OpenAI's error body. */
export class OpenAiApiError extends Error {
  override readonly name = 'OpenAiApiError';
  readonly status: number;
  readonly body: OpenAiErrorBody;

  constructor(status: number, message: string, details: ErrorDetails = {}) {
    super(message);
    this.status = status;
    const { type = 'invalid_request_error', param = null, code = null } = details;
    this.body = { error: { message, type, param, code } };
  }
}

/** The refusal that OpenAI gives for a status by itself, used for faults asked for by number. */
export function errorForStatus(status: number): OpenAiApiError {
  if (status === 429) {
    const message = 'Rate limit reached for requests. Please try again in 20ms.';
    return new OpenAiApiError(429, message, { type: 'requests', code: 'rate_limit_exceeded' });
  }
  if (status === 401) {
    return new OpenAiApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
  }
  if (status >= 500) {
    const message = 'The server had an error while processing your request. Sorry about that!';
    return new OpenAiApiError(status, message, { type: 'server_error' });
  }
  return new OpenAiApiError(status, `The request was refused with status ${status}.`);
}
