import { unescapeTyped } from './slack-text.ts';

/** What Slack makes of mentions, channels, links and dates: `<…>`, with a label behind a `|`. */
const MARK = /<([^<>|]+)(?:\|([^<>]*))?>/g;
const FIRST_MENTION = /^\s*<@[UW][A-Z0-9]+(?:\|[^<>]*)?>/;

/**
 * The words that a person wrote in a message, without the mention of the bot: links, names and dates as they are read,
 * entities undone.
 * Source: https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
 * @param bot the bot's user id; when the message does not name it, a mention at its very beginning is taken for the bot's
 */
export function readTyped(text: string, bot: string | null): string {
  const named = bot === null ? text : text.replace(new RegExp(`<@${bot}(?:\\|[^<>]*)?>`, 'g'), '');
  const words = named === text ? text.replace(FIRST_MENTION, '') : named;
  return unescapeTyped(words.replace(MARK, (_, mark: string, label?: string) => readMark(mark, label))).trim();
}

function readMark(mark: string, label = ''): string {
  const [sign, rest] = [mark.charAt(0), mark.slice(1)];
  if (sign === '@') return `@${label.replace(/^@/, '') || rest}`;
  if (sign === '#') return `#${label.replace(/^#/, '') || rest}`;
  if (sign === '!') return label || `@${rest.split('^').at(-1)}`;
  return label === '' || mark.endsWith(label) ? mark.replace(/^mailto:/, '') : `${label} (${mark})`;
}
