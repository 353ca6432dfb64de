import type { Request, Response } from 'express';
import type { ApiAnswer, ApiAsk, ApiAsks, ApiQuestion } from '../../core/asks/api-asks.ts';
import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/time.ts';
import { HttpProblem } from '../errors.ts';
import { requestIdOf } from '../request-id.ts';
import { refusedProblem } from './refused.ts';
import type { Caller } from './route.ts';

export interface AskingDeps {
  apiAsks: ApiAsks;
  log: Log;
  clock: Clock;
}

/** An answer that was given before, or an ask whose tokens are held. */
export type Begun = { again: ApiAnswer } | { ask: ApiAsk };

/**
 * Begins what a request asks, once for an `Idempotency-Key`.
 * @throws HttpProblem when it is refused, when the key was used for something else, or while its first ask runs
 */
export async function begin(
  { apiAsks, clock, log }: AskingDeps,
  request: Request,
  response: Response,
  caller: Caller,
  question: Pick<ApiQuestion, 'prompt' | 'mostOutputTokens'>,
): Promise<Begun> {
  const started = await apiAsks.start({ ...caller, ...question, once: onceOf(request) });
  if (started.kind === 'started')
    log.debug({ requestId: requestIdOf(response), askId: started.ask.askId }, 'a request asks');
  switch (started.kind) {
    case 'started':
      return { ask: started.ask };
    case 'again':
      return { again: started.answer };
    case 'refused':
      throw refusedProblem(started.refusal, clock());
    case 'other_body':
      throw new HttpProblem({
        status: 422,
        code: 'idempotency_key_reused',
        message: 'This Idempotency-Key was used for another request within the last 24 hours. Expected a new one.',
      });
    case 'not_kept': {
      const { askId, charged } = started.receipt;
      const message = `This was answered, and ${charged} tokens were charged, but the answer could not be kept. (${askId})`;
      throw new HttpProblem({ status: 502, code: 'answer_not_kept', message });
    }
    case 'running':
      throw new HttpProblem({
        status: 409,
        code: 'idempotency_key_running',
        message: 'The request with this Idempotency-Key is still being answered. Please try again in a moment.',
        retryAfterSeconds: 1,
      });
  }
}

/** Runs to the end, or until whoever asks hangs up: then the model is stopped and what was streamed is paid for. */
export async function runWhileConnected(
  response: Response,
  ask: ApiAsk,
  onText: (text: string) => void,
): Promise<ApiAnswer> {
  const hangUp = () => ask.hangUp();
  response.once('close', hangUp);
  try {
    if (response.destroyed) {
      await ask.abandon();
      throw new HttpProblem({ status: 400, code: 'connection_closed', message: 'The connection was closed.' });
    }
    return await ask.run(onText);
  } finally {
    response.off('close', hangUp);
  }
}

function onceOf(request: Request): ApiQuestion['once'] {
  const key = request.get('idempotency-key');
  if (key === undefined) return null;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new HttpProblem({
      status: 400,
      code: 'invalid_idempotency_key',
      message: 'Expected an Idempotency-Key of 1 to 255 visible ASCII characters.',
    });
  }
  return { key, body: JSON.stringify([request.path, request.body]) };
}
