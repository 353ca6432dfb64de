/**
 * An error the API answers with `{code, message}`.
 * Codes: https://docs.dodopayments.com/api-reference/error-codes
 */
export class DodoApiError extends Error {
  override readonly name = 'DodoApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** An error the API answers with plain text: bodies and queries that do not fit the expected types. */
export class DodoTextError extends Error {
  override readonly name = 'DodoTextError';
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

export function notFound(what: string, id: string): DodoApiError {
  return new DodoApiError(404, 'NOT_FOUND', `${what} ${id} not found`);
}

export function invalidParameters(message: string): DodoApiError {
  return new DodoApiError(422, 'INVALID_REQUEST_PARAMETERS', message);
}

/** A request the vendor would serve and the simulator does not. */
export function notModelled(what: string): DodoApiError {
  return new DodoApiError(501, 'NOT_SIMULATED', `${what} is not simulated`);
}
