import type { APIChatInputApplicationCommandInteraction, APIInteraction, APIModalSubmitInteraction } from 'discord.js';
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  ComponentType,
  InteractionContextType,
  InteractionType,
} from 'discord.js';
import type { CommandOptions, Turn } from '../../core/chat/chat.ts';
import type { FormValues } from '../../core/chat/form.ts';
import { snowflakeTime } from './snowflake-time.ts';

/** What Discord's interaction means to the commands. */
export type Inbound =
  | { kind: 'command'; name: string; options: CommandOptions; turn: Turn }
  | { kind: 'action'; action: string; turn: Turn }
  | { kind: 'form'; action: string; values: FormValues; turn: Turn }
  | { kind: 'suggestions' }
  | { kind: 'unknown' };

/** Where an interaction happened and how it can be answered. */
export interface Origin {
  id: string;
  token: string;
  user: string;
  /** Empty when Discord names none. */
  channel: string;
  /** Installed by the member only: the bot itself is not there, and five follow-ups are all it may send. */
  isUserInstallOnly: boolean;
  /** The press of a button, which a form may answer. */
  isPress: boolean;
}

/** Reads an interaction, however it came in. */
export function readInteraction(interaction: APIInteraction): Inbound {
  switch (interaction.type) {
    case InteractionType.ApplicationCommand:
      if (interaction.data.type !== ApplicationCommandType.ChatInput) return { kind: 'unknown' };
      return {
        kind: 'command',
        name: interaction.data.name,
        options: readOptions(interaction as APIChatInputApplicationCommandInteraction),
        turn: readTurn(interaction),
      };
    case InteractionType.MessageComponent:
      if (interaction.data.component_type !== ComponentType.Button) return { kind: 'unknown' };
      return { kind: 'action', action: interaction.data.custom_id, turn: readTurn(interaction) };
    case InteractionType.ModalSubmit:
      return {
        kind: 'form',
        action: interaction.data.custom_id,
        values: readValues(interaction.data.components),
        turn: readTurn(interaction),
      };
    case InteractionType.ApplicationCommandAutocomplete:
      return { kind: 'suggestions' };
    default:
      return { kind: 'unknown' };
  }
}

/** Who and where an interaction comes from, and what answers it. */
export function readOrigin(interaction: APIInteraction): Origin {
  const owners: object | undefined = interaction.authorizing_integration_owners;
  return {
    id: interaction.id,
    token: interaction.token,
    user: userId(interaction),
    channel: channelId(interaction),
    isUserInstallOnly: owners !== undefined && !(ApplicationIntegrationType.GuildInstall in owners),
    isPress: interaction.type === InteractionType.MessageComponent,
  };
}

function readTurn(interaction: APIInteraction): Turn {
  const { channel } = interaction;
  const parent = channel !== undefined && 'parent_id' in channel ? channel.parent_id : null;
  return {
    by: { platform: 'discord', workspace: '', user: userId(interaction) },
    cause: interaction.id,
    causedAt: snowflakeTime(interaction.id),
    isPrivatePlace: interaction.context === InteractionContextType.BotDM,
    space: interaction.guild_id ?? null,
    channels: [channelId(interaction), parent].filter((id): id is string => id != null && id !== ''),
  };
}

/** Empty when Discord names none. */
function channelId(interaction: APIInteraction): string {
  return interaction.channel?.id ?? ('channel_id' in interaction ? (interaction.channel_id ?? '') : '');
}

function userId(interaction: APIInteraction): string {
  return interaction.member?.user.id ?? interaction.user?.id ?? '';
}

function readOptions(interaction: APIChatInputApplicationCommandInteraction): CommandOptions {
  const options: Record<string, string | number> = {};
  for (const option of interaction.data.options ?? []) {
    if (option.type === ApplicationCommandOptionType.String || option.type === ApplicationCommandOptionType.Integer) {
      options[option.name] = option.value;
    }
  }
  return options;
}

/** The texts of a form, by the custom_id of their inputs, which stand in labels or, in older forms, in rows. */
function readValues(components: APIModalSubmitInteraction['data']['components']): FormValues {
  const inputs = components.flatMap((top) => {
    if (top.type === ComponentType.Label) return [top.component];
    return top.type === ComponentType.ActionRow ? top.components : [];
  });
  const texts = inputs.filter((input) => input.type === ComponentType.TextInput);
  return Object.fromEntries(texts.map(({ custom_id: name, value }) => [name, value]));
}
