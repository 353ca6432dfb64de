import type { EventSourceMessage } from 'eventsource-parser';
import type OpenAI from 'openai';
import { APIError } from 'openai';
import type { Log } from '../../core/log.ts';
import { type ModelChunk, ModelError, type ModelUsage } from '../../core/model.ts';
import { readUsage } from './usage.ts';

type ChatChunk = OpenAI.Chat.ChatCompletionChunk;
type FinishReason = NonNullable<ChatChunk['choices'][number]['finish_reason']>;

/** No tools are offered, so the other reasons are ways of having said all. */
function endOf(reason: FinishReason): 'stop' | 'length' | 'filtered' {
  if (reason === 'length') return 'length';
  return reason === 'content_filter' ? 'filtered' : 'stop';
}

/**
 * Turns the events of a chat completion into chunks of ours: text, then the end, then usage if it came. Text that came
 * together stays together.
 * @param events as many at once as came together
 * @throws ModelError for a stream that stops before its end, APIError for an error inside it, SyntaxError for an event
 * that is no JSON; a connection that breaks after the end only costs the usage
 */
export async function* toModelChunks(
  events: AsyncIterable<readonly EventSourceMessage[]>,
  log: Log,
): AsyncGenerator<ModelChunk> {
  let ended = false;
  let usage: ModelUsage | null = null;
  try {
    for await (const came of events) {
      let text = '';
      let failure: { error: unknown } | null = null;
      let reason: FinishReason | null = null;
      try {
        for (const event of came) {
          const chunk = parseChunk(event);
          const choice = chunk.choices?.find((one) => one.index === 0);
          if (reason === null && !ended) {
            text += choice?.delta?.content || choice?.delta?.refusal || '';
            // Some servers send an empty one with every piece.
            reason = choice?.finish_reason || null;
          }
          // Some servers send it with every chunk: the last is the sum.
          if (chunk.usage) usage = readUsage(chunk.usage) ?? usage;
        }
      } catch (error) {
        failure = { error };
      }
      // Before a failure too: it came before it.
      if (text !== '') yield { kind: 'text', text };
      if (reason !== null) {
        ended = true;
        yield { kind: 'end', reason: endOf(reason) };
      }
      if (failure !== null) throw failure.error;
    }
  } catch (error) {
    if (!ended) throw error;
    log.warn({ error: String(error) }, 'the model connection broke after the answer was complete');
  }
  if (!ended) throw new ModelError('unavailable', 'expected the end of the answer, came the end of the connection');
  if (usage !== null) yield { kind: 'usage', usage };
}

/** OpenAI sends an error as data; others name the event so. */
function parseChunk({ event, data }: EventSourceMessage): ChatChunk {
  const chunk = JSON.parse(data) as ChatChunk & { error?: object };
  if (chunk.error || event === 'error') throw new APIError(undefined, chunk.error ?? chunk, undefined, undefined);
  return chunk;
}
