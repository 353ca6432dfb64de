import type { types } from '@slack/bolt';
import type { Button, Reply } from '../../core/chat/chat.ts';
import { splitMarkdown } from '../split-markdown.ts';
import { actionIdOf, linkIdOf } from './action-id.ts';
import { breakPings, fallbackText, shorten } from './slack-text.ts';

/** The content of one Slack message. */
export interface SlackContent {
  text: string;
  blocks: types.KnownBlock[];
}

/** The markdown blocks of one message hold 12,000 characters together. Source: https://docs.slack.dev/reference/block-kit/blocks/markdown-block */
const MAX_MARKDOWN = 12_000;
/** Leaves room for a footer under the last part. */
const PART_LENGTH = 11_000;
/** Source: https://docs.slack.dev/reference/block-kit/blocks/actions-block */
const MAX_BUTTONS = 25;
/** Source: https://docs.slack.dev/reference/block-kit/block-elements/button-element */
const MAX_LABEL = 75;
const MAX_HEADLINE = 300;

export interface Surroundings {
  /** A line above the first message, as plain text. */
  headline?: string | undefined;
  /** What stands below the text; its buttons replace those of the reply. */
  footer?: Reply | undefined;
}

/**
 * Renders a reply as messages, in order; at least one. The buttons stand under the last one. No text of it pings.
 */
export function renderReply(reply: Reply, around: Surroundings = {}): SlackContent[] {
  const parts = splitMarkdown(breakPings(reply.text), PART_LENGTH).map((part) => [part]);
  for (const part of splitMarkdown(breakPings(around.footer?.text ?? ''), PART_LENGTH)) {
    const last = parts.at(-1);
    if (last !== undefined && lengthOf(last) + part.length <= MAX_MARKDOWN) last.push(part);
    else parts.push([part]);
  }
  if (parts.length === 0) parts.push(['…']);
  const buttons = around.footer?.buttons ?? (around.footer === undefined ? (reply.buttons ?? []) : []);
  return parts.map((part, index) => {
    const headline = index === 0 ? around.headline : undefined;
    const isLast = index === parts.length - 1;
    return renderMessage(part, headline, isLast ? buttons : []);
  });
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function renderMessage(
  texts: readonly string[],
  headline: string | undefined,
  buttons: readonly Button[],
): SlackContent {
  const above = headline === undefined ? [] : [shorten(headline, MAX_HEADLINE)];
  return {
    text: fallbackText([...above, ...texts].join('\n')),
    blocks: [
      ...above.map(noteBlock),
      ...texts.map((text): types.MarkdownBlock => ({ type: 'markdown', text })),
      ...buttonBlocks(buttons),
    ],
  };
}

/** A small grey line; plain text pings nobody. */
export function noteBlock(text: string): types.ContextBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] };
}

function buttonBlocks(buttons: readonly Button[]): types.ActionsBlock[] {
  const blocks: types.ActionsBlock[] = [];
  for (let at = 0; at < buttons.length; at += MAX_BUTTONS) {
    const row = buttons.slice(at, at + MAX_BUTTONS);
    blocks.push({ type: 'actions', elements: row.map((button, index) => renderButton(button, at + index)) });
  }
  return blocks;
}

function renderButton(button: Button, index: number): types.Button {
  const text: types.PlainTextElement = { type: 'plain_text', text: shorten(button.label, MAX_LABEL), emoji: true };
  if ('url' in button) return { type: 'button', text, url: button.url, action_id: linkIdOf(index) };
  const { style } = button;
  const emphasis = style === 'primary' || style === 'danger' ? { style } : {};
  return { type: 'button', text, action_id: actionIdOf(button.action), ...emphasis };
}
