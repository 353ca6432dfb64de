import { PlatformError, type Visibility } from '../../core/chat/chat.ts';
import { type Clock, MINUTE, type Millis, SECOND } from '../../core/time.ts';
import type { SlackContent } from './blocks.ts';
import { faultOfNetwork, faultOfStatus } from './slack-errors.ts';

/** Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const MAX_USES = 5;
const LIFETIME = 30 * MINUTE;
const TIMEOUT = 10 * SECOND;

/** The address that came with a command or a press. It works where the bot is not a member. */
export interface ResponseUrl {
  readonly url: string;
  readonly expiresAt: Millis;
  /** How often it may still be used; 0 when it has expired. */
  remaining(): number;
  /** Whether a message posted now is the one that `replace` will change; after a press that is the pressed one. */
  isReplaceable(): boolean;
  /**
   * Shows a message to everyone in the conversation or to the member alone.
   * @param how `replace`: in the place of the first message that was posted here
   * @throws PlatformError 'refused' when it is used up or expired
   */
  post(content: SlackContent, how: { visibility: Visibility; replace: boolean }): Promise<void>;
}

/** When an address that comes now ends. */
export function expiryOf(now: Millis): Millis {
  return now + LIFETIME;
}

export function createResponseUrl(options: {
  url: string;
  expiresAt: Millis;
  replacesOwn: boolean;
  /** The thread of the pressed message; without it Slack shows the answer below the thread, in the channel. */
  threadTs?: string | null;
  clock: Clock;
}): ResponseUrl {
  const { url, clock, expiresAt, threadTs = null } = options;
  let uses = 0;

  function remaining(): number {
    return clock() < expiresAt ? Math.max(0, MAX_USES - uses) : 0;
  }

  return {
    url,
    expiresAt,
    isReplaceable: () => options.replacesOwn && uses === 0,
    remaining,
    async post(content, { visibility, replace }) {
      if (remaining() === 0) throw new PlatformError('refused', 'Slack response_url is used up or expired');
      uses += 1;
      const answer = await send(url, {
        ...content,
        response_type: visibility === 'public' ? 'in_channel' : 'ephemeral',
        replace_original: replace,
        ...(threadTs === null ? {} : { thread_ts: threadTs }),
        unfurl_links: false,
        unfurl_media: false,
      });
      if (answer.status === 200) return;
      if (answer.status === 404) uses = MAX_USES;
      if (answer.status === 429) uses -= 1;
      const message = `Slack answered a response_url with HTTP ${answer.status}`;
      const retryAfterMs = answer.status === 429 ? answer.retryAfterMs : undefined;
      throw new PlatformError(
        faultOfStatus(answer.status),
        message,
        retryAfterMs === undefined ? {} : { retryAfterMs },
      );
    },
  };
}

async function send(url: string, body: object): Promise<{ status: number; retryAfterMs: number | undefined }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    await response.arrayBuffer();
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { status: response.status, retryAfterMs: Number.isFinite(seconds) ? seconds * SECOND : undefined };
  } catch (error) {
    throw new PlatformError(faultOfNetwork(error), 'Slack did not answer a response_url', { cause: error });
  }
}
