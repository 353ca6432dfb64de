import {
  type AnswerView,
  type MessageHandle,
  PlatformError,
  type Reply,
  type Visibility,
} from '../../core/chat/chat.ts';
import { type Millis, SECOND } from '../../core/time.ts';
import { createEditPacer } from '../edit-pacer.ts';
import { noteBlock, renderReply, type SlackContent } from './blocks.ts';
import type { AnswerTools } from './message-answer.ts';
import type { ResponseUrl } from './response-url.ts';
import { slackCode } from './slack-errors.ts';

export interface UrlAnswerOptions extends Omit<AnswerTools, 'budget' | 'editIntervalMs'> {
  responseUrl: ResponseUrl;
  visibility: Visibility;
  placeholder: Reply;
  headline: string | undefined;
  handle: MessageHandle;
  /** Sends one message to the asker alone. */
  sendDirect(content: SlackContent): Promise<void>;
}

/** When the updates are shown, counted from the placeholder: early ones close together. */
const UPDATES_AT: readonly Millis[] = [3 * SECOND, 8 * SECOND, 20 * SECOND];
const GOES_ON = 'The answer goes on in your direct messages.';

/**
 * An answer by response_url, for conversations that the bot is not in: a placeholder, at most three updates and the
 * final text, which are the five uses that Slack allows. What does not fit goes by direct message.
 * @throws PlatformError when the placeholder is not taken
 */
export async function openUrlAnswer(options: UrlAnswerOptions): Promise<AnswerView> {
  const { responseUrl, visibility, placeholder, headline, clock, log } = options;
  const canReplace = responseUrl.isReplaceable() && responseUrl.remaining() > 1;
  const dueTimes = UPDATES_AT.map((after) => clock() + after);
  let footer: Reply | null = null;
  let contents: readonly SlackContent[] = [];
  let restDelivered = 0;
  let isFirstDelivered = false;

  const post = (content: SlackContent, replace: boolean) => responseUrl.post(content, { visibility, replace });

  async function update(text: string): Promise<void> {
    const due = dueTimes[0];
    if (!canReplace || due === undefined || clock() < due || responseUrl.remaining() <= 1) return;
    const [content, further] = renderReply({ text, buttons: placeholder.buttons ?? [] }, { headline });
    if (content === undefined || further !== undefined || text.trim() === '') return;
    dueTimes.shift();
    await post(content, true);
  }

  /** By response_url while it lasts, else by direct message. */
  async function deliverFirst(content: SlackContent): Promise<void> {
    try {
      await post(content, canReplace);
    } catch (error) {
      if (!(error instanceof PlatformError) || (error.fault !== 'refused' && responseUrl.remaining() > 0)) throw error;
      log.info({}, 'a response_url is used up: the answer goes by direct message');
      await options.sendDirect(content);
    }
  }

  async function deliverRest(content: SlackContent): Promise<void> {
    try {
      await options.sendDirect(content);
    } catch (error) {
      const mayGoByUrl = error instanceof PlatformError && error.fault === 'refused' && responseUrl.remaining() > 0;
      if (!mayGoByUrl) throw error;
      log.info({ code: slackCode(error) }, 'no direct message possible: the answer goes on by response_url');
      await post(content, false);
    }
  }

  async function deliver(): Promise<void> {
    const [first, ...rest] = contents;
    if (first === undefined) return;
    if (!isFirstDelivered) {
      await deliverFirst(rest.length > 0 ? { ...first, blocks: [...first.blocks, noteBlock(GOES_ON)] } : first);
      isFirstDelivered = true;
    }
    for (const content of rest.slice(restDelivered)) {
      await deliverRest(content);
      restDelivered += 1;
    }
  }

  const pacer = createEditPacer({
    intervalMs: SECOND,
    clock,
    setTimer: options.setTimer,
    onFault: () => log.debug({}, 'an update by response_url failed'),
    send: (text) => (footer === null ? update(text) : deliver()),
  });

  if (canReplace) {
    const [content] = renderReply(placeholder, { headline });
    if (content !== undefined) await post(content, false);
  }
  return {
    handle: options.handle,
    show: (text, mayWrite) => pacer.show(text, mayWrite),
    async finish(text, end) {
      footer = end;
      contents = renderReply({ text }, { headline, footer: end });
      await pacer.finish(text);
    },
  };
}
