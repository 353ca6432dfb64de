import type { FormErrors } from './form-errors.ts';
import { isObject, textsOf } from './json.ts';

/** Whom a text would have notified. */
export interface Pings {
  everyone: boolean;
  here: boolean;
  roles: string[];
  users: string[];
}

/**
 * Whom a text pings under its `allowed_mentions`; absent, everything in the text pings
 * (https://discord.com/developers/docs/resources/message#allowed-mentions-object). Errs on the side of pinging: edits and
 * code blocks count too, and the bot is taken to hold the permission to mention everyone.
 */
export function pingsIn(text: string, allowed: unknown, repliedTo: string | null): Pings {
  const rules = isObject(allowed) ? allowed : null;
  const parse = new Set(rules ? textsOf(rules.parse) : ['everyone', 'roles', 'users']);
  const roles = new Set(rules ? textsOf(rules.roles) : []);
  const users = new Set(rules ? textsOf(rules.users) : []);
  const named = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))];
  const pinged = named(/<@!?(\d+)>/g).filter((id) => parse.has('users') || users.has(id));
  if (repliedTo && (!rules || rules.replied_user === true) && !pinged.includes(repliedTo)) pinged.push(repliedTo);
  return {
    everyone: parse.has('everyone') && text.includes('@everyone'),
    here: parse.has('everyone') && text.includes('@here'),
    roles: named(/<@&(\d+)>/g).filter((id) => parse.has('roles') || roles.has(id)),
    users: pinged,
  };
}

/** Checks `allowed_mentions`: a kind is either parsed or listed, never both. */
export function checkAllowedMentions(value: unknown, errors: FormErrors): void {
  if (!isObject(value)) return;
  const parse = textsOf(value.parse);
  for (const kind of ['roles', 'users'] as const) {
    errors.count(['allowed_mentions', kind], value[kind], 0, 100);
    if (parse.includes(kind) && textsOf(value[kind]).length > 0) {
      const message = `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`;
      errors.add(['allowed_mentions'], 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', message);
    }
  }
  parse.forEach((kind, index) => {
    if (['everyone', 'roles', 'users'].includes(kind)) return;
    errors.add(
      ['allowed_mentions', 'parse', index],
      'BASE_TYPE_CHOICES',
      'Value must be one of (users, roles, everyone).',
    );
  });
}
