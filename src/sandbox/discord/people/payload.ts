import {
  type APIInteraction,
  ApplicationIntegrationType,
  InteractionContextType,
  type InteractionType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import { channelObject } from '../rest/channel-routes.ts';
import { MAX_FILE_BYTES } from '../rules/message-body.ts';
import type { SimChannel, SimGuild, SimPerson, StoredMessage, World } from '../world.ts';
import { memberObject } from './users.ts';

const READ = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;
const WRITE = PermissionFlagsBits.SendMessages | PermissionFlagsBits.EmbedLinks | PermissionFlagsBits.AttachFiles;
const MEMBER_PERMISSIONS = (READ | WRITE | PermissionFlagsBits.UseApplicationCommands).toString();

/** Who does what where. */
export interface InteractionFacts {
  id: string;
  token: string;
  type: InteractionType;
  data: object;
  person: SimPerson;
  channel: SimChannel;
  guild: SimGuild | null;
  /** The message that a component stands on. */
  message: StoredMessage | null;
}

/** By which installation the app may act: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-authorizing-integration-owners-object */
export function ownersOf(
  person: SimPerson,
  guild: SimGuild | null,
): Partial<Record<ApplicationIntegrationType, string>> {
  const byGuild = guild ? guild.botInstalled : person.installed === 'guild';
  return {
    ...(byGuild ? { [ApplicationIntegrationType.GuildInstall]: guild?.id ?? '0' } : {}),
    ...(person.installed === 'user' ? { [ApplicationIntegrationType.UserInstall]: person.user.id } : {}),
  };
}

/** The interaction as Discord sends it. */
export function interactionPayload(world: World, facts: InteractionFacts): APIInteraction {
  const { person, channel, guild, message } = facts;
  const permissions = channel.botAccess === 'full' ? READ | WRITE : channel.botAccess === 'read' ? READ : 0n;
  const where = guild
    ? {
        guild: { id: guild.id, locale: guild.locale, features: [] },
        guild_id: guild.id,
        guild_locale: guild.locale,
        member: memberObject(person.user, MEMBER_PERMISSIONS),
        context: InteractionContextType.Guild,
      }
    : { user: person.user, context: InteractionContextType.BotDM };
  const payload = {
    app_permissions: permissions.toString(),
    application_id: world.application.id,
    attachment_size_limit: MAX_FILE_BYTES,
    authorizing_integration_owners: ownersOf(person, guild),
    channel: { ...channelObject(world, channel), permissions: MEMBER_PERMISSIONS },
    channel_id: channel.id,
    data: facts.data,
    entitlement_sku_ids: [],
    entitlements: [],
    id: facts.id,
    locale: person.locale,
    ...(message ? { message: structuredClone(message.message) } : {}),
    token: facts.token,
    type: facts.type,
    version: 1,
    ...where,
  };
  return payload as unknown as APIInteraction;
}
