import type OpenAI from 'openai';
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
 * Turns the chunks of a chat completion into ours: text, then the end, then usage if it came.
 * @throws ModelError for a stream that stops before its end; a connection that breaks after the end only costs the usage
 */
export async function* toModelChunks(chunks: AsyncIterable<ChatChunk>, log: Log): AsyncGenerator<ModelChunk> {
  let ended = false;
  let usage: ModelUsage | null = null;
  try {
    for await (const chunk of chunks) {
      const choice = chunk.choices?.find((one) => one.index === 0);
      const text = choice?.delta?.content || choice?.delta?.refusal;
      if (text && !ended) yield { kind: 'text', text };
      if (choice?.finish_reason && !ended) {
        ended = true;
        yield { kind: 'end', reason: endOf(choice.finish_reason) };
      }
      // Some servers send it with every chunk: the last is the sum.
      if (chunk.usage) usage = readUsage(chunk.usage) ?? usage;
    }
  } catch (error) {
    if (!ended) throw error;
    log.warn({ error: String(error) }, 'the model connection broke after the answer was complete');
  }
  if (!ended) throw new ModelError('unavailable', 'expected the end of the answer, came the end of the connection');
  if (usage !== null) yield { kind: 'usage', usage };
}
