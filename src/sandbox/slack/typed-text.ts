import type { RichTextBlock } from '@slack/types';

/** Mentions as they are chosen, and addresses, which Slack makes links of. */
const TYPED = /(<[@#!][^<>]*>|https?:\/\/[^\s<>]+)/;
const KEPT = /(<(?:[@#!]|https?:)[^<>]*>)/;
const LINK = /^<(https?:[^<>]*)>$/;
const MENTION = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/;

/**
 * What a person typed, as Slack keeps it: `&`, `<` and `>` are escaped, mentions of people and channels are
 * not, and addresses stand in `<` and `>`.
 * Source: https://docs.slack.dev/messaging/formatting-message-text
 */
export function escapeTyped(text: string): string {
  const pieces = text.split(TYPED).map((piece) => {
    if (piece.startsWith('http') && TYPED.test(piece)) return `<${escapePlain(piece)}>`;
    return TYPED.test(piece) ? piece : escapePlain(piece);
  });
  return pieces.join('');
}

function escapePlain(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The rich_text block that comes with a typed message, its texts not escaped. `text` as `escapeTyped` gives it. */
export function richText(text: string): RichTextBlock {
  const elements = text
    .split(KEPT)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [, userId] = MENTION.exec(piece) ?? [];
      if (userId) return { type: 'user' as const, user_id: userId };
      const [, url] = LINK.exec(piece) ?? [];
      if (url) return { type: 'link' as const, url: unescapeTyped(url) };
      return { type: 'text' as const, text: unescapeTyped(piece) };
    });
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function unescapeTyped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
