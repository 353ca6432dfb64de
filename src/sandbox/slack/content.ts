import type { AnyBlock } from '@slack/types';
import { SlackApiError } from './api-error.ts';
import { type Arguments, messages, optionalText, structured } from './arguments.ts';
import { checkBlocks } from './block-limits.ts';

/** A message longer than this is cut, not refused. Source: https://docs.slack.dev/reference/methods/chat.postMessage */
const MAX_TEXT = 40_000;
/** Source: https://docs.slack.dev/reference/block-kit/blocks/markdown-block */
export const MAX_MARKDOWN = 12_000;

export interface Content {
  text: string;
  blocks: AnyBlock[];
}

/**
 * Reads `text`, `blocks`, `attachments` and `markdown_text`, and holds them to Slack's limits.
 * @throws SlackApiError no_text, markdown_text_conflict, msg_too_long, msg_blocks_too_long, invalid_blocks_format, invalid_blocks
 */
export function readContent(args: Arguments): Content {
  const markdown = optionalText(args, 'markdown_text');
  const text = optionalText(args, 'text') ?? '';
  const blocks = readBlocks(args);
  const attachments = structured(args, 'attachments', 'invalid_attachments');
  if (markdown !== undefined) {
    if (text || blocks.length > 0) throw new SlackApiError('markdown_text_conflict');
    if (markdown.length > MAX_MARKDOWN) throw new SlackApiError('msg_too_long');
    return { text: markdown, blocks: [{ type: 'markdown', text: markdown }] };
  }
  const hasAttachments = Array.isArray(attachments) && attachments.length > 0;
  if (!text && blocks.length === 0 && !hasAttachments) throw new SlackApiError('no_text');
  return { text: text.slice(0, MAX_TEXT), blocks };
}

/** Whether a call gives anything to show. */
export function hasContent(args: Arguments): boolean {
  return ['text', 'blocks', 'markdown_text', 'attachments'].some((name) => args[name] !== undefined);
}

/** @throws SlackApiError invalid_blocks_format, invalid_blocks, msg_blocks_too_long */
export function readBlocks(args: Arguments): AnyBlock[] {
  const blocks = structured(args, 'blocks', 'invalid_blocks_format') ?? [];
  if (!Array.isArray(blocks)) throw new SlackApiError('invalid_blocks_format', messages('blocks must be a list'));
  checkBlocks(blocks, 50);
  return blocks as AnyBlock[];
}
