import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import type { Generation } from './generation.ts';
import type { RequestOutcome } from './store.ts';

/** Where a run of a generation stopped. */
type RunEnd = 'complete' | 'cut' | 'stalled' | 'failed' | 'aborted';

interface RunOptions {
  chunkTokens: number;
  delayMs: number;
  /** Aborted when the client hangs up or the simulator closes. */
  signal: AbortSignal;
}

/**
 * Generates an answer chunk by chunk, writing into the outcome what has been generated so far.
 * @param emit takes the visible text of each chunk
 */
export async function runGeneration(
  generation: Generation,
  outcome: RequestOutcome,
  options: RunOptions,
  emit: (text: string) => Promise<void>,
): Promise<RunEnd> {
  const { steering, pieces } = generation;
  const { signal } = options;
  const size = Math.max(1, steering.chunkTokens ?? options.chunkTokens);
  const delayMs = steering.delayMs ?? options.delayMs;
  outcome.reasoningTokens = generation.reasoningTokens;
  outcome.completionTokens = generation.reasoningTokens;
  if (!(await pause(steering.waitMs ?? 0, signal))) return 'aborted';
  for (let chunk = 0; ; chunk += 1) {
    if (chunk === steering.cut) return 'cut';
    if (chunk === steering.stall) return 'stalled';
    if (chunk === steering.failAfter) return 'failed';
    const slice = pieces.slice(chunk * size, (chunk + 1) * size);
    if (slice.length === 0) return 'complete';
    if (!(await pause(chunk === 0 ? 0 : delayMs, signal))) return 'aborted';
    const text = slice.join('');
    outcome.text += text;
    outcome.completionTokens += slice.length;
    await emit(text);
  }
}

/** Waits, giving the event loop a turn even for 0 ms, and tells whether the client is still there. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  await (ms > 0 ? sleep(ms, undefined, { signal }) : nextTurn(undefined, { signal })).catch(() => {});
  return !signal.aborted;
}

/** Writes one server-sent event; done when the system has taken it, so that a cut loses no earlier chunk. */
export async function writeEvent(res: Response, data: unknown): Promise<void> {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  await new Promise<void>((resolve) => {
    res.write(`data: ${text}\n\n`, () => resolve());
  });
}
