import { InteractionResponseType, MessageFlags, MessageType } from 'discord-api-types/v10';
import { acknowledge, channelOf } from '../acknowledge.ts';
import { DiscordApiError } from '../api-error.ts';
import { deleteMessage, editMessage, postMessage } from '../messages.ts';
import { readMessageBody, refuseEmpty } from '../rules/message-body.ts';
import type { StoredInteraction, StoredMessage } from '../world.ts';
import { messageBucket, type RestContext, type RestReply, type RestRoute } from './route.ts';

/** https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages */
const TOKEN_LIFE_MS = 15 * 60_000;
const USER_INSTALL_FOLLOW_UPS = 5;

/** What an app does with an interaction's token. */
export const INTERACTION_ROUTES: readonly RestRoute[] = [
  {
    method: 'post',
    path: '/interactions/:interactionId/:token/callback',
    auth: 'none',
    bucket: messageBucket('interaction-callback', 'token'),
    answer: respond,
  },
  {
    method: 'post',
    path: '/webhooks/:applicationId/:token',
    auth: 'none',
    bucket: messageBucket('follow-up-create', 'token'),
    answer: followUp,
  },
  {
    method: 'get',
    path: '/webhooks/:applicationId/:token/messages/:messageId',
    auth: 'none',
    bucket: messageBucket('follow-up-get', 'token'),
    answer: (context) => ({ status: 200, body: messageOf(context, openInteraction(context)).message }),
  },
  {
    method: 'patch',
    path: '/webhooks/:applicationId/:token/messages/:messageId',
    auth: 'none',
    bucket: messageBucket('follow-up-edit', 'token'),
    answer(context) {
      const stored = messageOf(context, openInteraction(context));
      editMessage(context.world, stored, readMessageBody(context.body, context.files, stored.message.flags));
      return { status: 200, body: stored.message };
    },
  },
  {
    method: 'delete',
    path: '/webhooks/:applicationId/:token/messages/:messageId',
    auth: 'none',
    bucket: messageBucket('follow-up-delete', 'token'),
    answer(context) {
      deleteMessage(context.world, messageOf(context, openInteraction(context)));
      return { status: 204 };
    },
  },
];

function respond({ world, params, query, body, files }: RestContext): RestReply {
  const interaction = world.store.interactions.get(params.interactionId ?? '');
  if (!interaction) throw new DiscordApiError(10062);
  if (interaction.token !== params.token) throw new DiscordApiError(10015);
  const message = acknowledge(world, interaction, body, files, 'callback');
  if (query.with_response !== 'true') return { status: 204 };
  const { ack } = interaction;
  const about = {
    id: interaction.id,
    type: interaction.payload.type,
    ...(message
      ? {
          response_message_id: message.message.id,
          response_message_loading: message.loading,
          response_message_ephemeral: message.ephemeralTo !== null,
        }
      : {}),
  };
  const shows =
    ack?.type === InteractionResponseType.ChannelMessageWithSource ||
    ack?.type === InteractionResponseType.UpdateMessage;
  const resource = { type: ack?.type, ...(message && shows ? { message: message.message } : {}) };
  return { status: 200, body: { interaction: about, resource } };
}

/** A follow-up that comes while the deferred reply is still empty fills that reply. */
function followUp(context: RestContext): RestReply {
  const { world, body, files } = context;
  const interaction = openInteraction(context);
  const draft = readMessageBody(body, files);
  refuseEmpty(draft);
  const original = interaction.originalId ? world.store.messages.get(interaction.originalId) : undefined;
  if (original?.loading && !original.deleted) {
    editMessage(world, original, draft);
    return { status: 200, body: original.message };
  }
  if (interaction.userInstallOnly && interaction.followUps >= USER_INSTALL_FOLLOW_UPS) throw new DiscordApiError(40094);
  const stored = postMessage(world, draft, {
    channel: channelOf(world, interaction),
    interaction,
    ephemeral: (draft.flags & MessageFlags.Ephemeral) !== 0 || interaction.forcedEphemeral,
    type: MessageType.Reply,
    replyTo: interaction.originalId,
  });
  interaction.followUps += 1;
  interaction.messageIds.push(stored.message.id);
  // Whoever waits for this interaction could not see the message as its own before.
  world.changes.announce();
  return { status: 200, body: stored.message };
}

/** An interaction whose token still opens its messages: acknowledged, and not older than 15 minutes. */
function openInteraction({ world, params }: RestContext): StoredInteraction {
  const interaction = [...world.store.interactions.values()].find(({ token }) => token === params.token);
  if (!interaction || params.applicationId !== world.application.id || !interaction.ack) {
    throw new DiscordApiError(10015);
  }
  if (world.now() - interaction.createdAt > TOKEN_LIFE_MS) throw new DiscordApiError(50027);
  return interaction;
}

function messageOf({ world, params }: RestContext, interaction: StoredInteraction): StoredMessage {
  const id = params.messageId === '@original' ? interaction.originalId : (params.messageId ?? null);
  const own = id !== null && (id === interaction.originalId || interaction.messageIds.includes(id));
  const stored = own ? world.store.messages.get(id) : undefined;
  if (!stored || stored.deleted) throw new DiscordApiError(10008);
  return stored;
}
