/** One fault. Without any of the last five it is a plain 500. */
export interface SlackFault {
  /** A Web API method, `response_url`, or left out for any call. */
  method?: string;
  /** How many calls it hits; 1 when left out. */
  times?: number;
  /** Does what was asked, and only then loses the answer: the bot cannot know. */
  performed?: boolean;
  /** Answered as `{ok: false, error}`. */
  error?: string;
  /** An HTTP status with a body that is not JSON. */
  status?: number;
  /** Never answers. */
  hang?: boolean;
  /** Ends the connection without an answer. */
  close?: boolean;
  /** 429 with this many seconds in Retry-After. */
  retryAfter?: number;
}

/** The switches by which Slack is made to fail. */
export class SlackFaults {
  #queue: SlackFault[] = [];
  /** While set, every call from the bot fails like this. */
  outage: 'off' | 'close' | 'hang' | 'error' = 'off';
  /** While true, the bot gets everything and none of its acknowledgements arrives. */
  deaf = false;

  /** The next call of that method fails so. Faults of one method are used up in the order given. */
  next(fault: SlackFault): void {
    this.#queue.push({ ...fault, times: fault.times ?? 1 });
  }

  /** The fault that hits this call, if one does; it is used up. */
  take(method: string): SlackFault | undefined {
    if (this.outage === 'error') return { status: 503 };
    if (this.outage !== 'off') return { [this.outage]: true };
    const fault = this.#queue.find((waiting) => waiting.method === undefined || waiting.method === method);
    if (!fault) return undefined;
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) this.#queue = this.#queue.filter((waiting) => waiting !== fault);
    return fault;
  }

  clear(): void {
    this.#queue = [];
    this.outage = 'off';
    this.deaf = false;
  }
}
