import type { IncomingHttpHeaders } from 'node:http';

/** What became of a request. `aborted` means that the client hung up before the end. */
export interface RequestOutcome {
  state: 'running' | 'complete' | 'refused' | 'cut' | 'aborted' | 'hung';
  status: number | null;
  errorCode: string | null;
  aborted: boolean;
  finishReason: 'stop' | 'length' | null;
  /** The visible text that was generated, sent or not. */
  text: string;
  /** Tokens, as far as they were generated. */
  promptTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
  completionTokens: number;
}

/** A request as it came in, and what became of it. */
export interface RecordedRequest {
  id: string;
  at: Date;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
  outcome: RequestOutcome;
}

/** Everything the simulator remembers. */
export interface OpenAiStore {
  readonly requests: RecordedRequest[];
}

/** An outcome for a request that has just arrived. */
export function createOutcome(): RequestOutcome {
  return {
    state: 'running',
    status: null,
    errorCode: null,
    aborted: false,
    finishReason: null,
    text: '',
    promptTokens: 0,
    cachedTokens: 0,
    reasoningTokens: 0,
    completionTokens: 0,
  };
}
