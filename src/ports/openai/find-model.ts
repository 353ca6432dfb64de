import { APIError } from 'openai';
import { SECOND } from '../../core/time.ts';
import { type ClientOptions, createClient } from './client.ts';
import { toModelError } from './faults.ts';

const TIMEOUT = 10 * SECOND;

/** What a server says of a model. */
export type FoundModel =
  /** `shutdownDate`: `YYYY-MM-DD`; null when none is announced, or the server does not tell. */
  | { kind: 'there'; shutdownDate: string | null }
  | { kind: 'absent' }
  /** The server has no such question. */
  | { kind: 'untold' };

/** OpenAI's code; a server that knows nothing of models answers 404 without it. */
const ABSENT = 'model_not_found';
const NO_ROUTE = new Set([404, 405, 501]);

/**
 * Asks whether there is a model (https://platform.openai.com/docs/api-reference/models/retrieve).
 * @throws ModelError when the server does not answer, or not with this key
 */
export async function findModel(options: Pick<ClientOptions, 'apiKey' | 'baseUrl'>, name: string): Promise<FoundModel> {
  const client = createClient({ ...options, timeoutMs: TIMEOUT, idleTimeoutMs: TIMEOUT });
  try {
    const { shutdown_date: date } = await client.models.retrieve(name);
    return { kind: 'there', shutdownDate: typeof date === 'string' && date !== '' ? date : null };
  } catch (error) {
    if (error instanceof APIError && error.code === ABSENT) return { kind: 'absent' };
    if (error instanceof APIError && NO_ROUTE.has(error.status ?? 0)) return { kind: 'untold' };
    throw toModelError(error);
  }
}
