import type { Response } from 'express';
import { errorForStatus, OpenAiApiError } from './api-error.ts';
import { type AnswerHead, chunkOf, completionOf, usageChunkOf } from './chat-shapes.ts';
import { runGeneration, writeEvent } from './chat-stream.ts';
import type { FaultQueue } from './faults.ts';
import { type Generation, planGeneration } from './generation.ts';
import type { SimulatedModel } from './models.ts';
import { readChatBody } from './request-body.ts';
import type { RecordedRequest } from './store.ts';

/** What answering a chat request needs from the simulator. */
export interface ChatDeps {
  models: readonly SimulatedModel[];
  faults: FaultQueue;
  chunkTokens: number;
  delayMs: number;
  now: () => number;
  /** Aborted when the simulator resets or closes. */
  closing: () => AbortSignal;
}

/**
 * Answers `POST /v1/chat/completions`.
 * @throws OpenAiApiError when the request is refused before anything is generated
 */
export async function answerChat(deps: ChatDeps, record: RecordedRequest, res: Response): Promise<void> {
  const { outcome } = record;
  const body = readChatBody(record.body);
  const model = findModel(deps.models, body.model);
  const generation = planGeneration(body, model, deps.faults.take());
  const { steering } = generation;
  if (steering.fail !== undefined) throw errorForStatus(steering.fail);
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, deps.closing()]);
  res.once('close', () => {
    if (res.writableFinished) return;
    outcome.aborted = outcome.state === 'running';
    gone.abort();
  });
  if (steering.hang) {
    leaveOpen(record, res, deps.closing());
    return;
  }
  outcome.promptTokens = generation.promptTokens;
  outcome.cachedTokens = generation.cachedTokens;
  const answer: Answer = {
    deps,
    record,
    res,
    generation,
    signal,
    head: { id: `chatcmpl-${record.id}`, created: Math.floor(deps.now() / 1000), model: model.id },
  };
  if (body.stream) await streamAnswer(answer, body.stream_options?.include_usage === true);
  else await wholeAnswer(answer);
}

interface Answer {
  deps: ChatDeps;
  record: RecordedRequest;
  res: Response;
  generation: Generation;
  signal: AbortSignal;
  head: AnswerHead;
}

async function streamAnswer(answer: Answer, includeUsage: boolean): Promise<void> {
  const { deps, record, res, generation, signal, head } = answer;
  const { outcome } = record;
  const send = (data: unknown) => writeEvent(res, data);
  outcome.status = 200;
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  await send(chunkOf(head, { role: 'assistant', content: '', refusal: null }, null, includeUsage));
  const end = await runGeneration(generation, outcome, { ...deps, signal }, (text) =>
    send(chunkOf(head, { content: text }, null, includeUsage)),
  );
  if (end === 'aborted') return void stop(answer, 'aborted');
  if (end === 'cut') return void stop(answer, 'cut');
  if (end === 'stalled') {
    leaveOpen(record, res, deps.closing());
    return;
  }
  if (end === 'failed') {
    outcome.state = 'cut';
    await send(errorForStatus(500).body);
    res.end();
    return;
  }
  outcome.finishReason = generation.finishReason;
  await send(chunkOf(head, {}, generation.finishReason, includeUsage));
  if (includeUsage && !generation.steering.noUsage) await send(usageChunkOf(head, outcome));
  await send('[DONE]');
  if (signal.aborted) return void stop(answer, 'aborted');
  outcome.state = 'complete';
  res.end();
}

async function wholeAnswer(answer: Answer): Promise<void> {
  const { deps, record, res, generation, signal, head } = answer;
  const { outcome } = record;
  const end = await runGeneration(generation, outcome, { ...deps, signal }, async () => {});
  if (end === 'aborted') return void stop(answer, 'aborted');
  if (end === 'cut') return void stop(answer, 'cut');
  if (end === 'failed') throw errorForStatus(500);
  if (end === 'stalled') {
    leaveOpen(record, res, deps.closing());
    return;
  }
  outcome.status = 200;
  outcome.finishReason = generation.finishReason;
  outcome.state = 'complete';
  res.json(completionOf(head, outcome, !generation.steering.noUsage));
}

function stop(answer: Answer, state: 'aborted' | 'cut'): void {
  answer.record.outcome.state = state;
  answer.record.outcome.aborted = state === 'aborted';
  answer.res.destroy();
}

/** Says nothing more on an open socket until the client hangs up or the simulator resets. */
export function leaveOpen(record: RecordedRequest, res: Response, closing: AbortSignal): void {
  record.outcome.state = 'hung';
  res.once('close', () => {
    record.outcome.aborted = true;
  });
  closing.addEventListener('abort', () => res.destroy(), { once: true });
}

function findModel(models: readonly SimulatedModel[], id: string): SimulatedModel {
  const model = models.find((candidate) => candidate.id === id);
  if (model) return model;
  const message = `The model \`${id}\` does not exist or you do not have access to it.`;
  throw new OpenAiApiError(404, message, { param: 'model', code: 'model_not_found' });
}
