import { GatewayIntentBits } from 'discord-api-types/v10';
import { memberObject } from '../people/users.ts';
import { channelObject } from '../rest/channel-routes.ts';
import type { SimGuild, World } from '../world.ts';
import { shardOf } from './message-event.ts';
import type { Session } from './session.ts';

/** What a new session is told first: READY, and each of its guilds. */
export function greet(world: World, session: Session, resumeUrl: string): void {
  const guilds = guildsOf(world, session);
  session.dispatch('READY', {
    v: 10,
    user: { ...world.application.bot, verified: true, mfa_enabled: true, email: null, flags: 0 },
    guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
    session_id: session.id,
    session_type: 'normal',
    resume_gateway_url: resumeUrl,
    shard: [session.shard, session.shardCount],
    application: { id: world.application.id, flags: 0 },
    private_channels: [],
    relationships: [],
  });
  for (const guild of guilds) tellGuild(world, session, guild);
}

/** GUILD_CREATE, when the session listens for guilds and this one is its own. */
export function tellGuild(world: World, session: Session, guild: SimGuild): void {
  if ((session.intents & GatewayIntentBits.Guilds) === 0 || !guildsOf(world, session).includes(guild)) return;
  session.dispatch('GUILD_CREATE', guildObject(world, guild));
}

function guildsOf(world: World, { shard, shardCount }: Session): SimGuild[] {
  const present = [...world.store.guilds.values()].filter(({ botInstalled }) => botInstalled);
  return present.filter(({ id }) => shardOf(id, shardCount) === shard);
}

/** Source: Discord, Guild resource and Gateway Events, "Guild Create". */
function guildObject(world: World, { id, name, locale, botRole }: SimGuild): object {
  const channels = [...world.store.channels.values()].filter(({ guildId }) => guildId === id);
  const { user, permissions: _, ...member } = memberObject(world.application.bot, '0');
  return {
    id,
    name,
    preferred_locale: locale,
    icon: null,
    splash: null,
    banner: null,
    description: null,
    features: [],
    owner_id: '1',
    application_id: null,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    premium_tier: 0,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    afk_channel_id: null,
    afk_timeout: 300,
    vanity_url_code: null,
    emojis: [],
    stickers: [],
    roles: [
      roleObject(id, '@everyone'),
      { ...roleObject(botRole, world.application.name), managed: true, tags: { bot_id: world.application.bot.id } },
    ],
    joined_at: member.joined_at,
    large: false,
    unavailable: false,
    member_count: world.store.people.size + 1,
    members: [{ ...member, user }],
    channels: channels.map((channel) => ({
      ...channelObject(world, channel),
      position: 0,
      permission_overwrites: [],
      parent_id: null,
      topic: null,
      nsfw: false,
      rate_limit_per_user: 0,
    })),
    threads: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

/**
 * Every guild has the role of everyone, with the guild's own id, and one for each bot that joined, which is tagged so.
 * Source: Discord, Permissions, "Role Object".
 */
function roleObject(id: string, name: string): object {
  return {
    id,
    name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: 0,
    permissions: '2248473465835073',
    managed: false,
    mentionable: false,
    flags: 0,
  };
}
