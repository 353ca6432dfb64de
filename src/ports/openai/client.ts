import OpenAI from 'openai';
import type { Millis } from '../../core/time.ts';
import { createHttpFetch } from './http-fetch.ts';

export interface ClientOptions {
  apiKey: string;
  /** With the version, such as `https://api.openai.com/v1` (the default). */
  baseUrl?: string;
  /** Until the answer begins. */
  timeoutMs: Millis;
  /** Without a byte once it has begun. */
  idleTimeoutMs: Millis;
}

/**
 * OpenAI's SDK, with nothing tried twice and nothing read from the environment.
 * @throws Error when the key cannot be sent; the message never shows it
 */
export function createClient(options: ClientOptions): OpenAI {
  if (!/^[\x21-\x7e]+$/.test(options.apiKey)) {
    throw new Error('The OpenAI API key: expected visible ASCII characters without spaces, came something else');
  }
  return new OpenAI({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? 'https://api.openai.com/v1',
    adminAPIKey: null,
    organization: null,
    project: null,
    timeout: options.timeoutMs,
    maxRetries: 0,
    // The SDK would write requests and broken chunks to the console.
    logLevel: 'off',
    fetch: createHttpFetch(options.idleTimeoutMs),
  });
}
