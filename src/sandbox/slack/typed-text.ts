import type { RichTextBlock } from '@slack/types';

const TOKEN = /(<[@#!][^<>]*>)/;
const MENTION = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/;

/**
 * What a person typed, as Slack keeps it: `&`, `<` and `>` are escaped, mentions of people and channels are not.
 * Source: https://docs.slack.dev/messaging/formatting-message-text
 */
export function escapeTyped(text: string): string {
  const pieces = text.split(TOKEN);
  return pieces.map((piece) => (TOKEN.test(piece) ? piece : escapePlain(piece))).join('');
}

function escapePlain(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The rich_text block that comes with a typed message, its texts not escaped. `text` as `escapeTyped` gives it. */
export function richText(text: string): RichTextBlock {
  const elements = text
    .split(TOKEN)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [, userId] = MENTION.exec(piece) ?? [];
      if (userId) return { type: 'user' as const, user_id: userId };
      return { type: 'text' as const, text: unescapeTyped(piece) };
    });
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function unescapeTyped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
