import type { APIGuildMember, APIUser, GuildMemberFlags, UserFlags } from 'discord-api-types/v10';

const NO_USER_FLAGS = 0 as UserFlags;
const NO_MEMBER_FLAGS = 0 as GuildMemberFlags;

/** A user in the shape that interactions carry. */
export function createUser(id: string, name: string, bot = false): APIUser {
  const username =
    name
      .toLowerCase()
      .replace(/[^a-z0-9_.]+/g, '_')
      .slice(0, 32) || 'member';
  return {
    id,
    username: bot ? name : username,
    discriminator: bot ? '0001' : '0',
    global_name: bot ? null : name,
    avatar: null,
    avatar_decoration_data: null,
    collectibles: null,
    primary_guild: null,
    public_flags: NO_USER_FLAGS,
    ...(bot ? { bot: true } : {}),
  };
}

/** A guild member in the shape that interactions carry. */
export function memberObject(
  user: APIUser,
  permissions: string,
): APIGuildMember & { user: APIUser; permissions: string } {
  return {
    user,
    nick: null,
    avatar: null,
    banner: null,
    roles: [],
    joined_at: '2026-01-04T20:21:10.139000+00:00',
    premium_since: null,
    deaf: false,
    mute: false,
    flags: NO_MEMBER_FLAGS,
    pending: false,
    communication_disabled_until: null,
    permissions,
  };
}
