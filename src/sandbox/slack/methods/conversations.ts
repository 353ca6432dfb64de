import { SlackApiError } from '../api-error.ts';
import { flag, optionalText, requiredText } from '../arguments.ts';
import type { SlackChannel } from '../model.ts';
import { type Call, type Method, messageJson, requireScope, teamUser, visibleChannel } from './method.ts';

const SCOPE_OF_KIND = { public: 'channels', private: 'groups', im: 'im' } as const;

/** Source: https://docs.slack.dev/reference/methods/conversations.open */
const open: Method = {
  tier: 3,
  scopes: ['im:write'],
  handle(call) {
    const { store } = call.world;
    const given = optionalText(call.args, 'channel');
    if (given) return { channel: { id: visibleChannel(call, given).id } };
    const ids = requiredText(call.args, 'users', 'users_list_not_supplied').split(',');
    if (ids.length > 1) throw new SlackApiError('method_not_supported_for_channel_type');
    const user = teamUser(call, ids[0] ?? '', 'user_not_found');
    if (user.isBot) throw new SlackApiError('cannot_dm_bot');
    if (user.deactivated) throw new SlackApiError('user_disabled');
    const before = store.channels.size;
    const channel = store.directChannel(user.id, call.install.teamId);
    const known = store.channels.size === before;
    return {
      ...(known && { no_op: true, already_open: true }),
      channel: flag(call.args, 'return_im') ? channelJson(channel, call) : { id: channel.id },
    };
  },
};

/** Source: https://docs.slack.dev/reference/methods/conversations.info */
const info: Method = {
  tier: 3,
  scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  handle(call) {
    const channel = visibleChannel(call, requiredText(call.args, 'channel', 'channel_not_found'));
    requireScope(call.install, [`${SCOPE_OF_KIND[channel.kind]}:read`]);
    return { channel: channelJson(channel, call) };
  },
};

/** Newest first, threads by their parents only. Source: https://docs.slack.dev/reference/methods/conversations.history */
const history: Method = {
  tier: 3,
  scopes: ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  handle(call) {
    const { world, args } = call;
    const channel = visibleChannel(call, requiredText(args, 'channel', 'channel_not_found'));
    requireScope(call.install, [`${SCOPE_OF_KIND[channel.kind]}:history`]);
    if (!channel.botMember) throw new SlackApiError('not_in_channel');
    const limit = readLimit(call);
    const found = world.store.messages
      .filter((message) => message.channel === channel.id && !message.deleted && !message.ephemeralFor)
      .filter((message) => message.threadTs === undefined || message.threadTs === message.ts)
      .filter((message) => isWithin(message.ts, call))
      .reverse();
    const from = Number(optionalText(args, 'cursor') || 0);
    const page = found.slice(from, from + limit);
    const more = found.length > from + limit;
    const withMetadata = flag(args, 'include_all_metadata');
    return {
      messages: page.map((message) => messageJson(message, world, withMetadata)),
      has_more: more,
      response_metadata: { next_cursor: more ? String(from + limit) : '' },
    };
  },
};

/** A thread, its first message included, oldest first. Source: https://docs.slack.dev/reference/methods/conversations.replies */
const replies: Method = {
  tier: 3,
  scopes: ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  handle(call) {
    const { world, args } = call;
    const channel = visibleChannel(call, requiredText(args, 'channel', 'channel_not_found'));
    requireScope(call.install, [`${SCOPE_OF_KIND[channel.kind]}:history`]);
    if (!channel.botMember) throw new SlackApiError('not_in_channel');
    const threadTs = requiredText(args, 'ts');
    const thread = world.store.messages
      .filter((message) => message.channel === channel.id && !message.deleted && !message.ephemeralFor)
      .filter((message) => message.ts === threadTs || message.threadTs === threadTs);
    if (thread.length === 0) throw new SlackApiError('thread_not_found');
    const found = thread.filter((message) => message.ts === threadTs || isWithin(message.ts, call));
    const limit = readLimit(call);
    const page = found.slice(0, limit).map((message) => messageJson(message, world));
    return { messages: page, has_more: found.length > limit };
  },
};

function readLimit({ world, args }: Call): number {
  const max = world.settings.distribution === 'commercial' ? 15 : 999;
  const limit = Math.min(Number(optionalText(args, 'limit') ?? Math.min(100, max)), max);
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new SlackApiError('invalid_limit');
}

function isWithin(ts: string, { args }: Call): boolean {
  const [oldest, latest] = [optionalText(args, 'oldest'), optionalText(args, 'latest')];
  if (flag(args, 'inclusive') && (ts === oldest || ts === latest)) return true;
  return Number(ts) > Number(oldest ?? 0) && Number(ts) < Number(latest ?? Number.POSITIVE_INFINITY);
}

function channelJson(channel: SlackChannel, { world }: Call): Record<string, unknown> {
  const direct = channel.kind === 'im';
  return {
    id: channel.id,
    is_im: direct,
    is_mpim: false,
    is_archived: channel.archived,
    context_team_id: channel.teamId,
    ...(direct
      ? { user: [...channel.members][0], is_user_deleted: false, is_open: true }
      : {
          name: channel.name,
          name_normalized: channel.name,
          is_channel: channel.kind === 'public',
          is_group: channel.kind === 'private',
          is_private: channel.kind === 'private',
          is_member: channel.botMember,
          is_shared: false,
          is_ext_shared: false,
          creator: world.store.botOf(channel.teamId)?.botUserId,
          num_members: channel.members.size,
        }),
  };
}

export const conversationMethods: Record<string, Method> = {
  'conversations.open': open,
  'conversations.info': info,
  'conversations.history': history,
  'conversations.replies': replies,
};
