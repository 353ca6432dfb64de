/** The fallback of a message with blocks is shown in notifications. */
const FALLBACK_LENGTH = 3_900;

const ZERO_WIDTH_SPACE = '\u200B';

/** A `<`, written or as an entity, before what Slack could read as a mention, a channel, a group or a command. */
const PING_START =
  /(<|&(?:lt|LT|#0*60|#[xX]0*3[cC]);?)(?=@|#[A-Za-z0-9]|!(?!(?:doctype|element|entity|attlist|notation)\b)[A-Za-z])/giu;

/**
 * Makes Markdown that pings nobody: in a markdown block `<!channel>`, `<@U…>`, `<#C…>` and `<!subteam^…>` work in any
 * place, and nothing says that an entity is left alone inside code. An invisible space behind the `<` breaks each of
 * them and shows the text as it was written.
 * Source of the forms: https://docs.slack.dev/messaging/formatting-message-text
 */
export function breakPings(markdown: string): string {
  return markdown.replace(PING_START, `$1${ZERO_WIDTH_SPACE}`);
}

/**
 * Plain text for `text`, where Slack reads mrkdwn: the three control characters become entities, a long text is cut.
 * Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function fallbackText(text: string): string {
  let escaped = '';
  for (const character of text) {
    const next = escapeCharacter(character);
    if (escaped.length + next.length > FALLBACK_LENGTH) return `${escaped}…`;
    escaped += next;
  }
  return escaped;
}

function escapeCharacter(character: string): string {
  if (character === '&') return '&amp;';
  if (character === '<') return '&lt;';
  return character === '>' ? '&gt;' : character;
}

/** What a person typed: Slack hands over `&`, `<` and `>` as entities, in one layer. */
export function unescapeTyped(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'));
}

/** At most `length` UTF-16 code units, an ellipsis in the place of what was cut. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  return `${cut.replace(/[\uD800-\uDBFF]$/, '')}…`;
}
