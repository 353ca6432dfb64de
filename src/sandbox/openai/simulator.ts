import { randomUUID } from 'node:crypto';
import { startHttpServer } from '../http-server.ts';
import { createOpenAiApp } from './app.ts';
import { createFaultQueue, type OpenAiFaults } from './faults.ts';
import { DEFAULT_MODELS, type SimulatedModel } from './models.ts';
import type { OpenAiStore, RecordedRequest } from './store.ts';

/** How to start the simulator. */
export interface OpenAiSimulatorOptions {
  /** 0 (the default) takes a free port. */
  port?: number;
  /** The only key that is accepted; without it any non-empty key is. */
  apiKey?: string;
  models?: readonly SimulatedModel[];
  /** Tokens in one streamed chunk (default 4). */
  chunkTokens?: number;
  /** Milliseconds between chunks (default 0); a prompt's `[[delay:…]]` wins. */
  chunkDelayMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
  newId?: () => string;
}

/** A running simulator of the OpenAI API. Clients use `${url}/v1` as their base URL. */
export interface OpenAiSimulator {
  url: string;
  store: OpenAiStore;
  faults: OpenAiFaults;
  /** Forgets all requests, ends those that run, and turns every fault off. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * Starts the simulator on 127.0.0.1. What a prompt can ask of it stands in `directives.ts`.
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function createOpenAiSimulator(options: OpenAiSimulatorOptions = {}): Promise<OpenAiSimulator> {
  const requests: RecordedRequest[] = [];
  const faults = createFaultQueue();
  let closing = new AbortController();
  const app = createOpenAiApp({
    requests,
    faults,
    apiKey: options.apiKey,
    models: options.models ?? DEFAULT_MODELS,
    chunkTokens: options.chunkTokens ?? 4,
    delayMs: options.chunkDelayMs ?? 0,
    now: options.now ?? Date.now,
    newId: options.newId ?? randomUUID,
    closing: () => closing.signal,
  });
  const server = await startHttpServer(app, options.port);
  return {
    url: server.url,
    store: { requests },
    faults,
    reset() {
      closing.abort();
      closing = new AbortController();
      requests.length = 0;
      faults.reset();
    },
    async close() {
      closing.abort();
      await server.close();
    },
  };
}
