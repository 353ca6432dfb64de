import OpenAI from 'openai';
import { onTestFinished } from 'vitest';
import {
  createOpenAiSimulator,
  type OpenAiSimulator,
  type OpenAiSimulatorOptions,
} from '../../../src/sandbox/openai/simulator.ts';

/** A simulator and an unmodified client for one test, closed when it ends. */
export async function startOpenAi(
  options: OpenAiSimulatorOptions = {},
): Promise<{ sim: OpenAiSimulator; client: OpenAI }> {
  const sim = await createOpenAiSimulator(options);
  onTestFinished(() => sim.close());
  return { sim, client: createClient(sim.url) };
}

/** An OpenAI client that does not retry, unless told. */
export function createClient(
  url: string,
  options: { apiKey?: string; maxRetries?: number; timeout?: number } = {},
): OpenAI {
  return new OpenAI({ apiKey: 'sk-test', maxRetries: 0, ...options, baseURL: `${url}/v1` });
}

/** A chat request of one user message. */
export function prompt(content: string): {
  model: string;
  messages: { role: 'user'; content: string }[];
} {
  return { model: 'gpt-5.4-mini', messages: [{ role: 'user', content }] };
}

/** Everything a stream brought, put together. */
export async function collect(stream: AsyncIterable<OpenAI.Chat.ChatCompletionChunk>): Promise<{
  text: string;
  chunks: OpenAI.Chat.ChatCompletionChunk[];
  usage: OpenAI.CompletionUsage | null;
  finishReason: string | null;
}> {
  const chunks: OpenAI.Chat.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return {
    chunks,
    text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''),
    usage: chunks.at(-1)?.usage ?? null,
    finishReason: chunks.findLast((chunk) => chunk.choices[0]?.finish_reason)?.choices[0]?.finish_reason ?? null,
  };
}
