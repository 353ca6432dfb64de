import { SlackApiError } from '../api-error.ts';
import type { Arguments } from '../arguments.ts';
import type { Installation, SlackChannel, SlackMessage } from '../model.ts';
import type { Tier } from '../rate-limits.ts';
import type { SlackWorld } from '../world.ts';

/** A call whose token was checked. */
export interface Call {
  world: SlackWorld;
  args: Arguments;
  install: Installation;
}

/** A Web API method of the simulator. `handle` gives the fields beside `ok: true`, or throws SlackApiError. */
export interface Method {
  tier: Tier;
  /** Any one of these is enough. */
  scopes: string[];
  handle(call: Call): Record<string, unknown>;
}

/** @throws SlackApiError missing_scope */
export function requireScope(install: Installation, anyOf: readonly string[]): void {
  if (anyOf.length === 0 || anyOf.some((scope) => install.scopes.includes(scope))) return;
  throw new SlackApiError('missing_scope', { needed: anyOf.join(','), provided: install.scopes.join(',') });
}

/**
 * A conversation that the bot can see: a private one exists for it only as a member.
 * @throws SlackApiError channel_not_found
 */
export function visibleChannel({ world, install }: Call, id: string): SlackChannel {
  const channel = world.store.channels.get(id);
  const hidden = channel && channel.kind !== 'public' && !channel.botMember;
  if (!channel || hidden || channel.teamId !== install.teamId) throw new SlackApiError('channel_not_found');
  return channel;
}

/**
 * A person in the workspace of the token, or in its organisation.
 * @throws SlackApiError with the code given
 */
export function teamUser({ world, install }: Call, id: string, error: string) {
  const user = world.store.users.get(id);
  if (!user) throw new SlackApiError(error);
  const [home, here] = [world.store.team(user.teamId), world.store.team(install.teamId)];
  const related = home.id === here.id || (home.enterpriseId !== undefined && home.enterpriseId === here.enterpriseId);
  if (!related) throw new SlackApiError(error);
  return user;
}

/** A message as the Web API and the payloads give it. */
export function messageJson(message: SlackMessage, world: SlackWorld, withMetadata = false): Record<string, unknown> {
  const install = world.store.botOf(message.teamId);
  const parent = message.threadTs ? world.store.message(message.channel, message.threadTs) : undefined;
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    team: message.teamId,
    text: message.text,
    ...(message.fromBot && { bot_id: install?.botId, app_id: world.settings.appId }),
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.threadTs && { thread_ts: message.threadTs }),
    ...(parent && parent !== message && { parent_user_id: parent.user }),
    ...(message.edited && { edited: { user: message.user, ts: message.ts } }),
    ...(withMetadata && message.metadata && { metadata: message.metadata }),
  };
}
