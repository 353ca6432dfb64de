/** The error codes that the simulator gives: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const ERRORS = {
  0: [401, '401: Unauthorized'],
  10002: [404, 'Unknown Application'],
  10003: [404, 'Unknown Channel'],
  10004: [404, 'Unknown Guild'],
  10008: [404, 'Unknown Message'],
  10013: [404, 'Unknown User'],
  10015: [404, 'Unknown Webhook'],
  10062: [404, 'Unknown interaction'],
  20012: [403, 'You are not authorized to perform this action on this application'],
  40005: [413, 'Request entity too large'],
  40060: [400, 'Interaction has already been acknowledged.'],
  40094: [400, 'This interaction has reached the maximum number of follow up messages'],
  50001: [403, 'Missing Access'],
  50005: [403, 'Cannot edit a message authored by another user'],
  50006: [400, 'Cannot send an empty message'],
  50007: [403, 'Cannot send messages to this user'],
  50013: [403, 'Missing Permissions'],
  50027: [401, 'Invalid Webhook Token'],
  50033: [400, 'Invalid Recipient(s)'],
  50035: [400, 'Invalid Form Body'],
  50109: [400, 'The request body contains invalid JSON.'],
  50278: [403, 'Cannot send messages to this user due to having no mutual guilds'],
} as const satisfies Record<number, readonly [number, string]>;

/** A JSON error code that the simulator can give. */
type DiscordErrorCode = keyof typeof ERRORS;

/** What is wrong with one field of a body. */
interface FieldError {
  code: string;
  message: string;
}

/** Discord's nested form errors: fields by name, list entries by index, `_errors` at the leaves. */
export interface FormErrorTree {
  [field: string]: FormErrorTree | FieldError[];
}

/** A refusal with Discord's status and JSON error body. */
export class DiscordApiError extends Error {
  override readonly name = 'DiscordApiError';
  readonly status: number;
  readonly code: number;
  readonly errors: FormErrorTree | undefined;

  constructor(code: DiscordErrorCode, errors?: FormErrorTree) {
    const [status, message] = ERRORS[code];
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  /** The JSON body of the refusal. */
  body(): { message: string; code: number; errors?: FormErrorTree } {
    return { message: this.message, code: this.code, ...(this.errors ? { errors: this.errors } : {}) };
  }
}
