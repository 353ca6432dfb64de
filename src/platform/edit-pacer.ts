import { PlatformError } from '../core/chat/chat.ts';
import type { Clock, Millis } from '../core/time.ts';
import { pause, persist, type SetTimer, setTimer } from './persist.ts';

export { type SetTimer, setTimer };

export interface EditPacerOptions {
  /** Pause between the end of one edit and the next, in milliseconds. */
  intervalMs: Millis;
  /** Brings the message to this text; throws PlatformError. */
  send(text: string): Promise<void>;
  clock: Clock;
  setTimer?: SetTimer;
  /** How long `finish` goes on trying, in milliseconds; default one minute. */
  finishWithinMs?: Millis;
  /** An edit on the way failed and the next one makes up for it. */
  onFault?: (error: unknown) => void;
}

/** Shows a growing text by editing a message, no faster than the platform likes it. */
export interface EditPacer {
  /**
   * Takes the whole text so far. The latest wins, an equal one is skipped; never throws, never waits.
   * @param mayWrite asked at the moment of the edit: a process may be stalled in between
   */
  show(text: string, mayWrite?: () => boolean): void;
  /**
   * Delivers the final text, also when an equal one was shown. Tries again while the platform is busy or away.
   * Throws the PlatformError of the last attempt; a refused one at once.
   */
  finish(text: string): Promise<void>;
  /** Drops what waits; an edit under way is left to end. */
  stop(): void;
}

const FINISH_WITHIN: Millis = 60_000;
const WIDEST = 8;
const WIDEN = 1.5;
const NARROW = 0.9;

export function createEditPacer(options: EditPacerOptions): EditPacer {
  const { intervalMs, send, clock, finishWithinMs = FINISH_WITHIN } = options;
  const startTimer = options.setTimer ?? setTimer;
  let interval = intervalMs;
  let waiting: { text: string; mayWrite?: (() => boolean) | undefined } | null = null;
  let sent: string | null = null;
  let inFlight: Promise<void> | null = null;
  let cancelTimer: (() => void) | null = null;
  let blockedUntil = 0;
  let isStopped = false;

  function noteFault(error: unknown): void {
    if (error instanceof PlatformError) {
      if (error.fault === 'refused') stop();
      if (error.fault === 'rate_limited') {
        interval = Math.min(interval * WIDEN, intervalMs * WIDEST);
        blockedUntil = clock() + (error.retryAfterMs ?? interval);
      }
    }
    options.onFault?.(error);
  }

  async function edit(text: string): Promise<void> {
    try {
      await send(text);
      sent = text;
      interval = Math.max(intervalMs, interval * NARROW);
    } catch (error) {
      noteFault(error);
    }
  }

  function flush(): void {
    cancelTimer = null;
    const next = waiting;
    waiting = null;
    if (isStopped || next === null || next.text === sent || next.mayWrite?.() === false) return;
    inFlight = edit(next.text).finally(() => {
      inFlight = null;
      if (!isStopped) cancelTimer = startTimer(Math.max(interval, blockedUntil - clock()), flush);
    });
  }

  function stop(): void {
    isStopped = true;
    waiting = null;
    cancelTimer?.();
    cancelTimer = null;
  }

  async function finish(text: string): Promise<void> {
    stop();
    await inFlight;
    const blockedFor = blockedUntil - clock();
    if (blockedFor > 0) await pause(Math.min(blockedFor, finishWithinMs), startTimer);
    await persist(() => send(text), {
      withinMs: finishWithinMs,
      clock,
      setTimer: startTimer,
      onFault: options.onFault,
    });
  }

  return {
    show(text, mayWrite) {
      if (isStopped) return;
      waiting = { text, mayWrite };
      if (inFlight === null && cancelTimer === null) flush();
    },
    finish,
    stop,
  };
}
