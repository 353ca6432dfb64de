import { ComponentType, InteractionType } from 'discord-api-types/v10';
import { dmChannelOf } from '../dm-channel.ts';
import { editMessage, messagesIn, postMessage } from '../messages.ts';
import { flatten } from '../rules/components.ts';
import { type JsonObject, objectsOf } from '../rules/json.ts';
import { readMessageBody } from '../rules/message-body.ts';
import type { SimChannel, SimGuild, SimPerson, StoredInteraction, StoredMessage, World } from '../world.ts';
import { commandData, type OptionValue } from './command-options.ts';
import { findCommand } from './find-command.ts';
import { type MemberInteraction, watchInteraction } from './member-interaction.ts';
import { modalData } from './modal-data.ts';
import { ownersOf } from './payload.ts';
import { startInteraction } from './start-interaction.ts';
import { type VisibleMessage, visibleMessage } from './visible-message.ts';

/** Where a member does something; the home channel when nothing is given. */
interface Place {
  guildId?: string;
  channelId?: string;
  /** In the bot's DM. */
  dm?: boolean;
}

/** How a message is written. */
interface Saying extends Place {
  /** Begins with an @mention of the bot, or of its role. */
  mention?: boolean | 'role';
  /** The message that it replies to. */
  replyTo?: VisibleMessage | string;
  /** Whether the reply notifies whom it answers; true unless said otherwise, as in Discord's client. */
  ping?: boolean;
}

/** A person who uses the app. */
export interface Member {
  id: string;
  person: SimPerson;
  /** Uses a slash command. @throws Error when the member's client would not let it through */
  command(name: string, options?: Readonly<Record<string, OptionValue>>, place?: Place): MemberInteraction;
  /** Presses a button, or picks `values` from a select menu. @throws Error when it is not there to be pressed */
  click(message: VisibleMessage | string, customId: string, values?: readonly string[]): MemberInteraction;
  /** Fills in the modal that an interaction opened: values by custom_id. */
  submitModal(opened: MemberInteraction, values: Readonly<Record<string, string>>): MemberInteraction;
  /** Writes a message of their own. */
  say(content: string, how?: Saying): VisibleMessage;
  /** Changes a message of their own. */
  edit(message: VisibleMessage, content: string): VisibleMessage;
  /** The messages of the bot's DM, oldest first. */
  dms(): VisibleMessage[];
  /** What this member sees in a channel, oldest first. */
  sees(channelId: string): VisibleMessage[];
}

/** What a member needs to know of the simulator. */
interface MemberDeps {
  world: World;
  /** Brings an interaction to the app, by HTTP or whichever way it listens. */
  send: (interaction: StoredInteraction) => Promise<void>;
  home: { guildId: string; channelId: string };
}

/** The hands and eyes of a person. */
export function createMember(deps: MemberDeps, person: SimPerson): Member {
  const { world } = deps;
  const { id } = person.user;

  function placeOf({ guildId, channelId, dm }: Place): { channel: SimChannel; guild: SimGuild | null } {
    if (dm) return { channel: dmChannelOf(world, id), guild: null };
    const inGuild = [...world.store.channels.values()].find((candidate) => candidate.guildId === guildId);
    const wanted = channelId ?? (guildId ? inGuild?.id : deps.home.channelId);
    const channel = wanted ? world.store.channels.get(wanted) : undefined;
    if (!channel) throw new Error(`expected a channel of the simulator, got ${channelId ?? guildId}`);
    return { channel, guild: channel.guildId ? (world.store.guilds.get(channel.guildId) ?? null) : null };
  }

  function start(
    type: InteractionType,
    data: object,
    place: { channel: SimChannel; guild: SimGuild | null },
    source: StoredMessage | null,
  ): MemberInteraction {
    if (Object.keys(ownersOf(person, place.guild)).length === 0) {
      throw new Error(`expected the app to be installed for ${place.guild?.name} or for ${person.user.username}`);
    }
    const record = startInteraction(world, { type, data, person, message: source, ...place });
    const watched = watchInteraction(world, record);
    void deps.send(record);
    return watched;
  }

  const maySee = ({ ephemeralTo, message, deleted }: StoredMessage) => {
    const recipient = world.store.channels.get(message.channel_id)?.recipientId ?? id;
    return !deleted && recipient === id && (ephemeralTo === null || ephemeralTo === id);
  };

  return {
    id,
    person,
    command(name, options = {}, place = {}) {
      const where = placeOf(place);
      const command = findCommand(world, name, where.guild);
      const data = commandData(world.newId(), name, options, command);
      return start(InteractionType.ApplicationCommand, data, where, null);
    },
    click(message, customId, values) {
      const messageId = typeof message === 'string' ? message : message.id;
      const source = world.store.messages.get(messageId);
      if (!source || !maySee(source)) throw new Error(`expected a message that ${id} can see, got ${messageId}`);
      const component = componentOf(source, customId);
      const data: JsonObject = { component_type: component.type, custom_id: customId, id: component.id };
      if (component.type !== ComponentType.Button) data.values = values ?? [];
      return start(InteractionType.MessageComponent, data, placeOf({ channelId: source.message.channel_id }), source);
    },
    submitModal(opened, values) {
      const modal = opened.modal();
      if (!modal) throw new Error('expected an interaction that opened a modal, got one that did not');
      const { sourceMessageId, channelId } = opened.record;
      const source = sourceMessageId ? (world.store.messages.get(sourceMessageId) ?? null) : null;
      return start(InteractionType.ModalSubmit, modalData(modal, values), placeOf({ channelId }), source);
    },
    say(text, { mention = false, replyTo, ping = true, ...place } = {}) {
      const { channel, guild } = placeOf(place);
      const called = mention === 'role' ? `<@&${guild?.botRole}>` : `<@${world.application.bot.id}>`;
      const content = mention === false ? text : `${called} ${text}`;
      const body = { content, allowed_mentions: { parse: ['everyone', 'roles', 'users'], replied_user: ping } };
      const origin = { channel, author: person.user, replyTo: typeof replyTo === 'object' ? replyTo.id : replyTo };
      return visibleMessage(postMessage(world, readMessageBody(body, []), origin));
    },
    edit(message, content) {
      const stored = world.store.messages.get(message.id);
      if (stored?.message.author.id !== id) throw new Error(`expected a message of ${id}, got ${message.id}`);
      editMessage(world, stored, readMessageBody({ content }, [], stored.message.flags));
      return visibleMessage(stored);
    },
    dms() {
      return this.sees(dmChannelOf(world, id).id);
    },
    sees: (channelId) => messagesIn(world, channelId).filter(maySee).map(visibleMessage),
  };
}

function componentOf(source: StoredMessage, customId: string): JsonObject {
  const all = flatten(objectsOf(source.message.components));
  const component = all.find((candidate) => candidate.custom_id === customId);
  if (!component) {
    const there = all.flatMap((candidate) => (typeof candidate.custom_id === 'string' ? [candidate.custom_id] : []));
    throw new Error(`expected a component ${customId}, got ${there.join(', ') || 'none'}`);
  }
  if (component.disabled === true) throw new Error(`expected ${customId} to be enabled, got a disabled one`);
  return component;
}
