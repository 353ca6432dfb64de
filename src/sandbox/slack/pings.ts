import type { AnyBlock } from '@slack/types';
import type { Ping } from './model.ts';

const BROADCAST = /<!(channel|here|everyone)(?:\|[^>]*)?>/g;
const GROUP = /<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g;
const PERSON = /<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g;

/**
 * The pings that a message's text and blocks would cause: `<!channel>`, `<!here>`, `<!everyone>`, `<!subteam^S…>` and
 * `<@U…>` in mrkdwn or markdown. Plain text (buttons, headers) never pings. When there are blocks, `text` is the
 * fallback of the notification and is read as well: Slack links mentions in it.
 * Source: https://docs.slack.dev/messaging/formatting-message-text
 */
export function findPings(text: string, blocks: readonly AnyBlock[]): Ping[] {
  const found = [text, ...blocks.flatMap(markedUpTexts)].flatMap(pingsOf);
  const seen = new Set<string>();
  return found.filter((ping) => {
    const key = `${ping.kind}:${ping.id ?? ''}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function pingsOf(text: string): Ping[] {
  return [
    ...[...text.matchAll(BROADCAST)].map((match) => ({ kind: match[1] as 'channel' | 'here' | 'everyone' })),
    ...[...text.matchAll(GROUP)].map((match) => ({ kind: 'group' as const, id: match[1] ?? '' })),
    ...[...text.matchAll(PERSON)].map((match) => ({ kind: 'user' as const, id: match[1] ?? '' })),
  ];
}

function markedUpTexts(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(markedUpTexts);
  if (typeof node !== 'object' || node === null) return [];
  const { type, text, user_id: userId, usergroup_id: groupId, range } = node as Record<string, unknown>;
  if ((type === 'mrkdwn' || type === 'markdown') && typeof text === 'string') return [text];
  if (type === 'user' && typeof userId === 'string') return [`<@${userId}>`];
  if (type === 'usergroup' && typeof groupId === 'string') return [`<!subteam^${groupId}>`];
  if (type === 'broadcast' && typeof range === 'string') return [`<!${range}>`];
  return Object.values(node).flatMap(markedUpTexts);
}
