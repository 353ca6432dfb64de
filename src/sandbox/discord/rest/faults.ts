/** A fault for coming REST calls. */
export interface DiscordFault {
  /** Method and path template as in `DISCORD_ROUTES`, such as `post /channels/:channelId/messages`; any route when left out. */
  route?: string;
  /** Answers this status; `code` is the JSON error code beside it (0 when left out). */
  status?: number;
  code?: number;
  /** For 429: seconds in `retry_after` (default 0.1). */
  retryAfter?: number;
  /** Never answers. */
  hang?: boolean;
  /** Closes the socket. */
  close?: boolean;
  /** The call takes effect and only its answer is lost. */
  afterEffect?: boolean;
  /** How many calls it meets (default 1). */
  times?: number;
}

/** Switches that make the REST side misbehave. */
export interface DiscordFaults {
  /** Meets the next calls of its route; faults of the same route come in the order given. */
  next(fault: DiscordFault): void;
  /** Every call fails this way until `outage(null)`. */
  outage(fault: Omit<DiscordFault, 'route' | 'times'> | null): void;
}

/** The switches, with what the server asks of them. */
export interface FaultQueue extends DiscordFaults {
  take(route: string): DiscordFault | null;
  reset(): void;
}

/** Makes the fault switches, all off. */
export function createFaultQueue(): FaultQueue {
  let waiting: { fault: DiscordFault; left: number }[] = [];
  let down: DiscordFault | null = null;
  return {
    next(fault) {
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    outage(fault) {
      down = fault;
    },
    take(route) {
      if (down) return down;
      const entry = waiting.find(({ fault }) => fault.route === undefined || fault.route === route);
      if (!entry) return null;
      entry.left -= 1;
      if (entry.left === 0) waiting = waiting.filter((other) => other !== entry);
      return entry.fault;
    },
    reset() {
      waiting = [];
      down = null;
    },
  };
}
