/** The model port: what the rules need of OpenAI or of a server that speaks its Chat Completions. */

export interface ModelUsage {
  inputTokens: number;
  /** Part of the input. */
  cachedTokens: number;
  /** Reasoning included. */
  outputTokens: number;
}

export type ModelChunk =
  | { kind: 'text'; text: string }
  | { kind: 'end'; reason: 'stop' | 'length' | 'filtered' }
  | { kind: 'usage'; usage: ModelUsage };

export interface ModelMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface ModelRequest {
  askId: string;
  model: string;
  messages: readonly ModelMessage[];
  /** Reasoning included. */
  maxOutputTokens: number;
  /** Opaque to the provider: a hash of the account. */
  safetyIdentifier: string;
}

export type ModelFault =
  /** The provider will not answer this very request (400, 404, 422, policy). */
  | 'refused'
  /** More input than the model takes. */
  | 'too_long'
  | 'unauthorized'
  | 'rate_limited'
  /** Refused connection, 5xx, timeout, cut stream. */
  | 'unavailable';

/** The model gave no answer, or not the rest of one. */
export class ModelError extends Error {
  override name = 'ModelError';
  readonly fault: ModelFault;
  readonly status: number | null;
  constructor(fault: ModelFault, message: string, facts: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: facts.cause });
    this.fault = fault;
    this.status = facts.status ?? null;
  }
}

export interface Model {
  /**
   * Streams an answer. Throws ModelError before or between chunks; an aborted `signal` ends the iteration by throwing
   * the signal's reason. Usage comes at most once, as the last chunk, and may not come at all.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelChunk>;
}

/** An upper bound of the tokens of a text, quick for any text. */
export type CountTokens = (text: string) => number;
