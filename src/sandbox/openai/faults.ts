import type { Steering } from './directives.ts';

/** A fault for coming chat requests: any steering, for `times` requests (1 when left out). */
interface OpenAiFault extends Steering {
  times?: number;
}

/** How the whole service is down: refusing with a status, closing each socket, or never answering. */
type Outage = number | 'close' | 'hang';

/** Switches that make the simulator misbehave. */
export interface OpenAiFaults {
  /** Applies to the next chat requests, in the order given, over what their prompts ask for. */
  next(fault: OpenAiFault): void;
  /** Every request fails this way until `outage(null)`. */
  outage(kind: Outage | null): void;
}

/** The switches, with what the server asks of them. */
export interface FaultQueue extends OpenAiFaults {
  take(): Steering;
  currentOutage(): Outage | null;
  reset(): void;
}

/** Makes the fault switches, all off. */
export function createFaultQueue(): FaultQueue {
  let waiting: Steering[] = [];
  let down: Outage | null = null;
  return {
    next({ times = 1, ...steering }) {
      for (let count = 0; count < times; count += 1) waiting.push(steering);
    },
    outage(kind) {
      down = kind;
    },
    take: () => waiting.shift() ?? {},
    currentOutage: () => down,
    reset() {
      waiting = [];
      down = null;
    },
  };
}
