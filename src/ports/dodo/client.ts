import DodoPayments from 'dodopayments';

interface ClientOptions {
  apiKey: string;
  environment: 'test_mode' | 'live_mode';
  /** Another server than the environment's, such as the sandbox. */
  baseUrl?: string;
  timeoutMs: number;
  fetch: typeof fetch;
}

/**
 * Dodo's SDK, with its traps closed: its default environment is live_mode, a base URL (or the variable
 * DODO_PAYMENTS_BASE_URL) beside an environment makes it throw, it retries writes, and it logs to the console.
 * @throws Error when the key cannot be sent or the address is none; the message never shows the key.
 */
export function createClient(options: ClientOptions): DodoPayments {
  if (!/^[\x21-\x7e]+$/.test(options.apiKey)) {
    throw new Error('The Dodo API key: expected visible ASCII characters without spaces, came something else');
  }
  return new DodoPayments({
    bearerToken: options.apiKey,
    webhookKey: null,
    timeout: options.timeoutMs,
    maxRetries: 0,
    logLevel: 'off',
    fetch: options.fetch,
    ...(options.baseUrl === undefined
      ? { baseURL: null, environment: options.environment }
      : { baseURL: webAddress(options.baseUrl) }),
  });
}

/** The SDK would take an empty address for "live mode". */
function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error(`The Dodo base URL: expected an http(s) address, came ${JSON.stringify(text)}`);
  }
  return text.replace(/\/+$/, '');
}
