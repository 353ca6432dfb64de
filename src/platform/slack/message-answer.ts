import { type AnswerView, type MessageHandle, PlatformError, type Reply } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Millis } from '../../core/time.ts';
import { createEditPacer, type SetTimer } from '../edit-pacer.ts';
import { renderReply, type SlackContent } from './blocks.ts';
import type { EditBudget } from './edit-budget.ts';
import type { MessageChannel } from './message-channel.ts';
import { slackCode } from './slack-errors.ts';

export interface AnswerTools {
  clock: Clock;
  setTimer: SetTimer;
  log: Log;
  budget: EditBudget;
  /** Pause between two edits of a streaming answer. */
  editIntervalMs: Millis;
}

export interface MessageAnswerOptions extends AnswerTools {
  channel: MessageChannel;
  placeholder: Reply;
  headline: string | undefined;
  workspace: string;
  handleOf(ts: string): MessageHandle;
  /** Sends one message to the asker alone: the way out when the conversation takes nothing any more. */
  sendDirect(content: SlackContent): Promise<void>;
}

/** The message cannot be edited, though the conversation takes new ones. */
const NOT_EDITABLE = new Set(['edit_window_closed', 'cant_update_message']);

/**
 * An answer that grows in messages of the bot: the first is posted now, further ones as the text needs them.
 * @throws PlatformError when the first message is not taken
 */
export async function openMessageAnswer(options: MessageAnswerOptions): Promise<AnswerView> {
  const { channel, headline, placeholder, budget, workspace, log } = options;
  const posted: { ts: string; shown: string }[] = [];
  let footer: Reply | null = null;
  let sentDirect = 0;

  async function bring(index: number, content: SlackContent): Promise<void> {
    const shown = JSON.stringify(content);
    const message = posted[index];
    if (message?.shown === shown) return;
    if (message === undefined) {
      posted[index] = { ts: await channel.post(content), shown };
      return;
    }
    try {
      budget.note(workspace);
      await channel.update(message.ts, content);
    } catch (error) {
      if (footer === null || !NOT_EDITABLE.has(slackCode(error) ?? '')) throw error;
      message.ts = await channel.post(content);
    }
    message.shown = shown;
  }

  async function bringAll(contents: readonly SlackContent[]): Promise<void> {
    for (const [index, content] of contents.entries()) await bring(index, content);
  }

  async function deliver(contents: readonly SlackContent[]): Promise<void> {
    try {
      if (sentDirect === 0) {
        await bringAll(contents);
        while (posted.length > contents.length) {
          await channel.delete(posted.at(-1)?.ts ?? '');
          posted.pop();
        }
        return;
      }
    } catch (error) {
      if (!(error instanceof PlatformError) || error.fault !== 'refused') throw error;
      log.warn({ code: slackCode(error) }, 'Slack no longer takes an answer where it began: it goes by direct message');
    }
    for (const content of contents.slice(sentDirect)) {
      await options.sendDirect(content);
      sentDirect += 1;
    }
  }

  const pacer = createEditPacer({
    intervalMs: options.editIntervalMs,
    clock: options.clock,
    setTimer: options.setTimer,
    onFault: (error) => log.debug({ code: slackCode(error) }, 'an edit of a streaming answer failed'),
    async send(text) {
      if (footer !== null) return deliver(renderReply({ text }, { headline, footer }));
      if (text.trim() === '') return;
      // Widens the pace; nothing to wait for, since the final edit may always be made.
      if (!budget.hasRoom(workspace)) throw new PlatformError('rate_limited', 'too many edits', { retryAfterMs: 0 });
      await bringAll(renderReply({ text, buttons: placeholder.buttons ?? [] }, { headline }));
    },
  });

  await bringAll(renderReply(placeholder, { headline }));
  return {
    get handle() {
      return options.handleOf(posted.at(-1)?.ts ?? '');
    },
    show: (text, mayWrite) => pacer.show(text, mayWrite),
    async finish(text, end) {
      footer = end;
      await pacer.finish(text);
    },
  };
}
