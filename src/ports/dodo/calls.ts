import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { BillingError, type CallShare } from '../../core/dodo/billing.ts';
import type { Log } from '../../core/log.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { DodoClock } from './dodo-clock.ts';
import { toBillingError } from './faults.ts';
import { firstProblem } from './shapes.ts';
import { TransportFailure } from './transport.ts';

const RETRY_PAUSE_MS = 200;

/** A request to Dodo: `name` for messages and logs, `send` for the SDK's call. */
interface Call<Answer> {
  name: string;
  share: CallShare;
  /** What is needed of the answer. */
  answer: z.ZodType<Answer>;
  send(): PromiseLike<unknown>;
}

/** The one way to Dodo: budget, faults, and answers that are looked at before they are believed. */
export interface Calls {
  /** One attempt. */
  once<Answer>(call: Call<Answer>): Promise<Answer>;
  /** A call that changes nothing: tried once more when Dodo was away or the connection broke, each try in the budget. */
  read<Answer>(call: Call<Answer>): Promise<Answer>;
}

export function createCalls(options: {
  budget: (share: CallShare) => Promise<boolean>;
  dodoClock: DodoClock;
  metrics: Pick<Metrics, 'countBy'>;
  log: Log;
}): Calls {
  const { metrics } = options;

  async function once<Answer>(call: Call<Answer>): Promise<Answer> {
    const { share } = call;
    if (!(await options.budget(share))) {
      metrics.countBy('dodo_calls_held_back', { share });
      throw new BillingError('rate_limited', `${call.name}: our own budget of calls (${share}) is used up`);
    }
    metrics.countBy('dodo_calls', { share });
    try {
      return understood(call, await call.send());
    } catch (error) {
      const told = toBillingError(error, call.name, options.dodoClock.now());
      metrics.countBy('vendor_errors', { vendor: 'dodo', kind: told.fault });
      options.log.debug({ call: call.name, fault: told.fault, status: told.status }, 'a call to Dodo failed');
      throw told;
    }
  }

  async function read<Answer>(call: Call<Answer>): Promise<Answer> {
    try {
      return await once(call);
    } catch (error) {
      if (!worthAnotherTry(error)) throw error;
      await pause(RETRY_PAUSE_MS);
      return once(call);
    }
  }

  return { once, read };
}

function understood<Answer>(call: Call<Answer>, answer: unknown): Answer {
  const result = call.answer.safeParse(answer);
  if (result.success) return result.data;
  throw new BillingError('unanswered', `${call.name}: Dodo's answer is not readable: ${firstProblem(result.error)}`);
}

/** Not after a timeout: whoever waits has waited long enough. Not after an answer that is not readable. */
function worthAnotherTry(error: unknown): boolean {
  if (!(error instanceof BillingError) || error.retryAfterMs !== null) return false;
  if (error.fault === 'unavailable' || error.cause instanceof TransportFailure) return true;
  return error.fault === 'unanswered' && error.status !== null;
}
