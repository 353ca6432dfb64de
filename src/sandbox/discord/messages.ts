import { type APIMessage, type APIUser, MessageFlags, MessageType } from 'discord-api-types/v10';
import { attachFiles } from './attachments.ts';
import { numbered } from './rules/components.ts';
import type { JsonObject } from './rules/json.ts';
import { pingsIn } from './rules/mentions.ts';
import { type MessageDraft, refuseEmptyEdit } from './rules/message-body.ts';
import type { SimChannel, StoredInteraction, StoredMessage, World } from './world.ts';

/** Flags that an app may set on a message. */
const SETTABLE = MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2;

/** Where a new message comes from. */
interface MessageOrigin {
  channel: SimChannel;
  author?: APIUser;
  /** The interaction that it answers, if any. */
  interaction?: StoredInteraction;
  ephemeral?: boolean;
  /** A deferred reply that has no text yet. */
  loading?: boolean;
  type?: APIMessage['type'];
  replyTo?: string | null | undefined;
}

/** Puts a message into a channel: the bot's, unless the origin names another author. */
export function postMessage(world: World, draft: MessageDraft, origin: MessageOrigin): StoredMessage {
  const { channel, interaction, ephemeral = false, loading = false } = origin;
  const { application } = world;
  const id = world.newId();
  const replyTo = origin.replyTo ?? draft.replyTo;
  const hidden = (ephemeral ? MessageFlags.Ephemeral : 0) | (loading ? MessageFlags.Loading : 0);
  const message: APIMessage = {
    id,
    channel_id: channel.id,
    type: origin.type ?? (replyTo ? MessageType.Reply : MessageType.Default),
    author: origin.author ?? application.bot,
    content: '',
    timestamp: new Date(world.now()).toISOString(),
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    components: [],
    pinned: false,
    flags: (draft.flags & SETTABLE) | hidden,
  };
  if (draft.nonce !== undefined) message.nonce = draft.nonce;
  if (replyTo) message.message_reference = { message_id: replyTo, channel_id: channel.id };
  if (interaction) {
    message.application_id = application.id;
    message.webhook_id = application.id;
  }
  const stored: StoredMessage = {
    message,
    ephemeralTo: ephemeral ? (interaction?.userId ?? null) : null,
    interactionId: interaction?.id ?? null,
    loading,
    deleted: false,
    allowedMentions: undefined,
    versions: [],
    files: [],
  };
  if (!loading) write(world, stored, draft);
  world.store.messages.set(id, stored);
  world.changes.announce();
  world.announceMessage('MESSAGE_CREATE', stored);
  return stored;
}

/**
 * Changes what a message says: fields that were not sent stay as they are.
 * @throws DiscordApiError 50006 when nothing would be left
 */
export function editMessage(world: World, stored: StoredMessage, draft: MessageDraft): void {
  const { message } = stored;
  refuseEmptyEdit(draft, message);
  if (stored.loading) message.flags = (message.flags ?? 0) & ~MessageFlags.Loading;
  else message.edited_timestamp = new Date(world.now()).toISOString();
  stored.loading = false;
  message.flags = (message.flags ?? 0) | (draft.flags & MessageFlags.IsComponentsV2);
  write(world, stored, draft);
  world.changes.announce();
  world.announceMessage('MESSAGE_UPDATE', stored);
}

function write(world: World, stored: StoredMessage, draft: MessageDraft): void {
  const { message } = stored;
  if (draft.content !== undefined) message.content = draft.content;
  if (draft.embeds) message.embeds = asEmbeds(draft.embeds);
  if (draft.components) message.components = asComponents(numbered(draft.components));
  attachFiles(world, stored, draft);
  stored.allowedMentions = draft.allowedMentions;
  const pings = pingsIn(message.content, draft.allowedMentions, repliedTo(world, message));
  message.mention_everyone = pings.everyone || pings.here;
  message.mention_roles = pings.roles;
  message.mentions = pings.users.flatMap((id) => userOf(world, id) ?? []);
  stored.versions.push({
    at: world.now(),
    content: message.content,
    embeds: structuredClone(message.embeds),
    components: structuredClone(message.components ?? []),
    pings,
  });
}

/** Whom a reply answers; null for none, and for one to oneself. */
function repliedTo(world: World, { author, message_reference: reference }: APIMessage): string | null {
  const answered = world.store.messages.get(reference?.message_id ?? '')?.message.author.id;
  return answered === undefined || answered === author.id ? null : answered;
}

function userOf(world: World, id: string): APIUser | undefined {
  const { bot } = world.application;
  return id === bot.id ? bot : world.store.people.get(id)?.user;
}

/** Embeds that have passed `checkEmbeds` have the shapes that Discord's own types name. */
function asEmbeds(embeds: JsonObject[]): APIMessage['embeds'] {
  return embeds.map((embed) => ({ type: 'rich', ...embed })) as unknown as APIMessage['embeds'];
}

/** Components that have passed `checkComponents` have the shapes that Discord's own types name. */
function asComponents(components: JsonObject[]): NonNullable<APIMessage['components']> {
  return components as unknown as NonNullable<APIMessage['components']>;
}

/** Takes a message out of sight. */
export function deleteMessage(world: World, stored: StoredMessage): void {
  stored.deleted = true;
  world.changes.announce();
  world.announceMessage('MESSAGE_DELETE', stored);
}

/** The messages of a channel that are still there, oldest first. */
export function messagesIn(world: World, channelId: string): StoredMessage[] {
  return [...world.store.messages.values()].filter(
    ({ message, deleted }) => message.channel_id === channelId && !deleted,
  );
}
