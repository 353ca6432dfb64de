import type { CommandSpec } from '../../core/chat/chat.ts';
import type { Member } from '../discord/people/member.ts';
import type { MemberInteraction } from '../discord/people/member-interaction.ts';
import type { VisibleMessage } from '../discord/people/visible-message.ts';
import type { DiscordSimulator } from '../discord/simulator.ts';
import type { Happening, Person, Seen } from './person.ts';
import { discordForm, type SeenForm } from './seen-form.ts';

/** A member of the simulated Discord, in its home channel and in DMs. */
export function createDiscordPerson(discord: DiscordSimulator, specs: readonly CommandSpec[], name: string): Person {
  const member: Member = discord.member(undefined, { name });
  const isBots = (message: VisibleMessage) => message.authorId === discord.applicationId;
  const isDm = (message: VisibleMessage) => message.channelId !== discord.home.channelId;
  const seen = (message: VisibleMessage) => seenOf(message, isDm(message));
  const happening = (interaction: MemberInteraction): Happening => ({
    answer: () => interaction.messages().map(seen),
    failure: () => interaction.failure(),
  });
  /** Presses whose form is still to be sent, if they opened one. */
  const pressed = new Map<string, MemberInteraction>();
  function pressedFor({ id }: SeenForm): MemberInteraction {
    const interaction = pressed.get(id);
    if (interaction === undefined) throw new Error(`expected a form that is open, got ${id}`);
    return interaction;
  }
  return {
    name,
    platform: 'discord',
    user: { platform: 'discord', workspace: '', user: member.id },
    command(command, text = '', place = 'channel') {
      const options = optionsOf(specs, command, text);
      return happening(member.command(command, options, place === 'dm' ? { dm: true } : {}));
    },
    write(text, place = 'channel') {
      if (discord.gateway.sessions.length === 0) {
        throw new Error(
          'Discord brings messages only by its gateway, and this bot hears it over HTTP: type a command, such as /ask Why is the sky blue? To write to the bot start with: npm run sandbox -- --discord gateway',
        );
      }
      const { id } = member.say(text, place === 'dm' ? { dm: true } : { mention: true });
      return {
        answer: () =>
          [...member.sees(discord.home.channelId), ...member.dms()].filter(isBots).filter(isAfter(id)).map(seen),
        failure: () => null,
      };
    },
    press(messageId, action) {
      const interaction = member.click(messageId, action);
      pressed.set(interaction.id, interaction);
      return happening(interaction);
    },
    form() {
      const open = [...pressed.values()].flatMap((interaction) => {
        const modal = interaction.modal();
        return modal === null ? [] : [discordForm(interaction.id, modal)];
      });
      return open.at(-1) ?? null;
    },
    submit(form, values) {
      const sent = happening(member.submitModal(pressedFor(form), values));
      pressed.delete(form.id);
      return sent;
    },
    putAway(form) {
      pressed.delete(pressedFor(form).id);
    },
    sees: () =>
      [...member.sees(discord.home.channelId), ...member.dms()]
        .filter(isBots)
        .map(seen)
        .sort((a, b) => a.at - b.at),
  };
}

/** Whether a message was made later; ids grow with time. */
function isAfter(id: string): (message: VisibleMessage) => boolean {
  return (message) => BigInt(message.id) > BigInt(id);
}

function seenOf(message: VisibleMessage, isDm: boolean): Seen {
  return {
    id: message.id,
    place: isDm ? 'dm' : message.ephemeral ? 'private' : 'public',
    text: [message.content, ...message.attachments.map((file) => `${file.name}:\n${file.text}`)].join('\n').trim(),
    buttons: message.buttons.map(({ label, customId, url }) => ({ label, action: customId, url })),
    versions: message.history.map((version) => version.content),
    at: message.createdAt,
    isLoading: message.loading,
  };
}

/** Discord's client offers a field for each option; here the one text fills the first. */
function optionsOf(specs: readonly CommandSpec[], name: string, text: string): Record<string, string | number> {
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined) {
    throw new Error(`Discord offers no command /${name}; there are ${specs.map((one) => `/${one.name}`).join(', ')}`);
  }
  const [option] = spec.options;
  const typed = text.trim();
  if (typed === '') {
    if (option?.required) throw new Error(`Discord does not send /${name} without its ${option.name}`);
    return {};
  }
  if (option === undefined) throw new Error(`Discord's /${name} has no options, so "${typed}" cannot be typed`);
  if (option.type === 'integer') return { [option.name]: wholeNumber(typed, option) };
  const { choices } = option;
  if (choices !== undefined && !choices.some((choice) => choice.value === typed)) {
    const offered = choices.map((choice) => choice.value).join(', ');
    throw new Error(`Discord offers ${offered} as the ${option.name}, not "${typed}"`);
  }
  return { [option.name]: typed };
}

function wholeNumber(typed: string, option: CommandSpec['options'][number]): number {
  const value = Number(typed);
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = option;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new Error(`Discord takes only a whole number from ${min} to ${max} as the ${option.name}, not "${typed}"`);
}
