import { type Log, withFacts } from '../../core/log.ts';
import { type Metrics, unwatched } from '../../core/metrics.ts';
import type { Model, ModelChunk, ModelRequest } from '../../core/model.ts';
import { type Millis, SECOND } from '../../core/time.ts';
import { toModelChunks } from './chunks.ts';
import { createClient } from './client.ts';
import { readEvents } from './events.ts';
import { toModelError } from './faults.ts';

export interface OpenAiModelOptions {
  apiKey: string;
  /** With the version, such as `https://api.openai.com/v1` (the default). */
  baseUrl?: string;
  /** Until the answer begins; default 30 s. */
  timeoutMs?: Millis;
  /** Without a byte once it has begun; default 90 s, since a model may think in silence. */
  idleTimeoutMs?: Millis;
  log: Log;
  metrics?: Pick<Metrics, 'countBy'>;
}

/**
 * The model port on Chat Completions (https://platform.openai.com/docs/api-reference/chat), the surface that other
 * servers speak too. Nothing is sent twice: a request that timed out may be generating, and would be paid for again.
 * @throws Error when the key cannot be sent; the message never shows it
 */
export function createOpenAiModel(options: OpenAiModelOptions): Model {
  const { metrics = unwatched } = options;
  const client = createClient({
    ...options,
    timeoutMs: options.timeoutMs ?? 30 * SECOND,
    idleTimeoutMs: options.idleTimeoutMs ?? 90 * SECOND,
  });

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
    signal.throwIfAborted();
    try {
      const response = await client.chat.completions
        .create(
          {
            model: request.model,
            messages: [...request.messages],
            max_completion_tokens: request.maxOutputTokens,
            safety_identifier: request.safetyIdentifier,
            stream: true,
            stream_options: { include_usage: true },
          },
          { signal, headers: requestIdHeader(request.askId) },
        )
        .asResponse();
      for await (const chunk of toModelChunks(readEvents(response), withFacts(options.log, { askId: request.askId }))) {
        signal.throwIfAborted();
        yield chunk;
      }
    } catch (error) {
      // Whoever aborted gets their own reason back.
      signal.throwIfAborted();
      const told = toModelError(error);
      metrics.countBy('vendor_errors', { vendor: 'openai', kind: told.fault });
      options.log.warn({ askId: request.askId, fault: told.fault, status: told.status }, 'the model failed');
      throw told;
    }
    signal.throwIfAborted();
  }

  return { stream };
}

/** Lets an operator find the ask in OpenAI's logs. A header takes visible ASCII only. */
function requestIdHeader(askId: string): Record<string, string> {
  return /^[\x21-\x7e]{1,200}$/.test(askId) ? { 'X-Client-Request-Id': askId } : {};
}
