import {
  InteractionResponseType as Answer,
  type APIModalInteractionResponseCallbackData,
  InteractionType,
  MessageFlags,
  MessageType,
} from 'discord-api-types/v10';
import { DiscordApiError } from './api-error.ts';
import { editMessage, postMessage } from './messages.ts';
import type { UploadedFile } from './rest/request-body.ts';
import { createFormErrors } from './rules/form-errors.ts';
import { isObject, type JsonObject } from './rules/json.ts';
import { readMessageBody, refuseEmpty } from './rules/message-body.ts';
import { checkModal } from './rules/modal.ts';
import type { Acknowledgement, SimChannel, StoredInteraction, StoredMessage, World } from './world.ts';

/** Which answers an interaction takes: https://discord.com/developers/docs/interactions/receiving-and-responding */
const FITTING = new Map<InteractionType, readonly Answer[]>([
  [
    InteractionType.ApplicationCommand,
    [Answer.ChannelMessageWithSource, Answer.DeferredChannelMessageWithSource, Answer.Modal],
  ],
  [
    InteractionType.MessageComponent,
    [
      Answer.ChannelMessageWithSource,
      Answer.DeferredChannelMessageWithSource,
      Answer.DeferredMessageUpdate,
      Answer.UpdateMessage,
      Answer.Modal,
    ],
  ],
  [InteractionType.ApplicationCommandAutocomplete, [Answer.ApplicationCommandAutocompleteResult]],
  [
    InteractionType.ModalSubmit,
    [
      Answer.ChannelMessageWithSource,
      Answer.DeferredChannelMessageWithSource,
      Answer.DeferredMessageUpdate,
      Answer.UpdateMessage,
    ],
  ],
]);

/**
 * Takes the app's first answer to an interaction, whichever way it came.
 * @throws DiscordApiError 10062 when it comes too late, 40060 when there is one already, 50035 when it is malformed
 */
export function acknowledge(
  world: World,
  interaction: StoredInteraction,
  body: unknown,
  files: UploadedFile[],
  via: Acknowledgement['via'],
): StoredMessage | null {
  const ms = world.now() - interaction.createdAt;
  if (interaction.ack) throw new DiscordApiError(40060);
  if (interaction.failure !== null || ms > world.acknowledgeWithinMs) throw new DiscordApiError(10062);
  const type = answerType(interaction, body);
  const data: JsonObject = isObject(body) && isObject(body.data) ? body.data : {};
  const asked = typeof data.flags === 'number' && (data.flags & MessageFlags.Ephemeral) !== 0;
  const ephemeral = asked || interaction.forcedEphemeral;
  const message = carryOut(world, interaction, type, data, files, ephemeral);
  const shown = message ? message.ephemeralTo !== null : ephemeral;
  interaction.ack = { type, ephemeral: shown, ms, via };
  world.changes.announce();
  return message;
}

function answerType(interaction: StoredInteraction, body: unknown): Answer {
  const fitting = FITTING.get(interaction.payload.type) ?? [];
  const type = isObject(body) ? fitting.find((candidate) => candidate === body.type) : undefined;
  if (type !== undefined) return type;
  const errors = createFormErrors();
  errors.add(['type'], 'BASE_TYPE_CHOICES', `Value must be one of (${fitting.join(', ')}).`);
  errors.settle();
  throw new Error('expected the form errors to be thrown');
}

function carryOut(
  world: World,
  interaction: StoredInteraction,
  type: Answer,
  data: JsonObject,
  files: UploadedFile[],
  ephemeral: boolean,
): StoredMessage | null {
  if (type === Answer.Modal) {
    checkModal(data);
    interaction.modal = asModal(data);
    return null;
  }
  if (type === Answer.ApplicationCommandAutocompleteResult) {
    interaction.choices = Array.isArray(data.choices) ? data.choices : [];
    return null;
  }
  if (type === Answer.DeferredMessageUpdate || type === Answer.UpdateMessage) {
    const source = sourceOf(world, interaction);
    if (type === Answer.UpdateMessage) editMessage(world, source, readMessageBody(data, files, source.message.flags));
    interaction.originalId = source.message.id;
    return source;
  }
  const loading = type === Answer.DeferredChannelMessageWithSource;
  const draft = readMessageBody(loading ? {} : data, files);
  if (!loading) refuseEmpty(draft);
  const byCommand = interaction.payload.type === InteractionType.ApplicationCommand;
  const message = postMessage(world, draft, {
    channel: channelOf(world, interaction),
    interaction,
    ephemeral,
    loading,
    type: byCommand
      ? MessageType.ChatInputCommand
      : interaction.sourceMessageId
        ? MessageType.Reply
        : MessageType.Default,
    replyTo: interaction.sourceMessageId,
  });
  interaction.originalId = message.message.id;
  interaction.messageIds.push(message.message.id);
  return message;
}

function sourceOf(world: World, interaction: StoredInteraction): StoredMessage {
  const source = interaction.sourceMessageId ? world.store.messages.get(interaction.sourceMessageId) : undefined;
  if (!source || source.deleted) throw new DiscordApiError(10008);
  return source;
}

/** The channel where an interaction happened. */
export function channelOf(world: World, interaction: StoredInteraction): SimChannel {
  const channel = world.store.channels.get(interaction.channelId);
  if (!channel) throw new DiscordApiError(10003);
  return channel;
}

/** A modal that has passed `checkModal` has the shape that Discord's own types name. */
function asModal(data: JsonObject): APIModalInteractionResponseCallbackData {
  return data as unknown as APIModalInteractionResponseCallbackData;
}
