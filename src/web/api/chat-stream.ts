import type { Response } from 'express';
import type { z } from 'zod';
import type { Ending } from '../../core/account/receipt.ts';
import { SECOND } from '../../core/time.ts';
import { errorBody, type HttpFault } from '../errors.ts';
import type { ChatUsage, chatChunk } from './chat-shapes.ts';
import { finishReason } from './finish-reason.ts';

type Chunk = z.infer<typeof chatChunk>;

/** A model may think for minutes before it writes; proxies end connections that are silent for one. */
const SILENCE = 15 * SECOND;

/** An answer as OpenAI streams it: server-sent events, each a chunk. */
export interface ChatStream {
  /** @param text the whole answer so far */
  show(text: string): void;
  /** Nothing was sent yet: an error can still be answered with its status. */
  isUntouched(): boolean;
  finish(ending: Ending, usage: ChatUsage): void;
  fail(fault: HttpFault): void;
  /** Ends what keeps the connection awake; the response stays as it is. */
  close(): void;
}

/** @param withUsage OpenAI's `stream_options.include_usage`: every chunk has the field, the last one the figures */
export function createChatStream(
  response: Response,
  head: Pick<Chunk, 'id' | 'created' | 'model'>,
  withUsage: boolean,
): ChatStream {
  let sent = 0;
  let isOpen = false;

  function event(data: object): void {
    response.write(`data: ${JSON.stringify(data)}\n\n`);
  }

  function chunk(choices: Chunk['choices'], usage: ChatUsage | null = null): void {
    const told: Chunk = { ...head, object: 'chat.completion.chunk', choices, ...(withUsage ? { usage } : {}) };
    event(told);
  }

  function choice(delta: Chunk['choices'][number]['delta'], ending: Ending | null = null): Chunk['choices'] {
    return [{ index: 0, delta, logprobs: null, finish_reason: ending === null ? null : finishReason(ending) }];
  }

  function open(): void {
    if (isOpen) return;
    isOpen = true;
    response.status(200).set({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would hold the answer back until it is whole.
      'x-accel-buffering': 'no',
    });
    chunk(choice({ role: 'assistant', content: '' }));
  }

  const awake = setInterval(() => {
    if (isOpen) response.write(': the model is still at work\n\n');
    open();
  }, SILENCE).unref();
  const close = () => clearInterval(awake);

  return {
    isUntouched: () => !isOpen,
    show(text) {
      if (text.length <= sent) return;
      open();
      chunk(choice({ content: text.slice(sent) }));
      sent = text.length;
    },
    finish(ending, usage) {
      close();
      open();
      chunk(choice({}, ending));
      if (withUsage) chunk([], usage);
      response.end('data: [DONE]\n\n');
    },
    fail(fault) {
      close();
      event(errorBody('/v1', fault));
      response.end();
    },
    close,
  };
}
