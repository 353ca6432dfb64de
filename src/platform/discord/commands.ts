import { isDeepStrictEqual } from 'node:util';
import type {
  APIApplicationCommandBasicOption,
  APIApplicationCommandOptionChoice,
  RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js';
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord.js';
import type { CommandOption, CommandSpec } from '../../core/chat.ts';
import type { DiscordApi } from './api.ts';

/** What Discord is told about the commands: usable on servers, in DMs with the bot and in other DMs. */
export function commandBodies(specs: readonly CommandSpec[]): RESTPutAPIApplicationCommandsJSONBody {
  return specs.map((spec) => ({
    type: ApplicationCommandType.ChatInput,
    name: spec.name,
    description: spec.description,
    options: spec.options.map(optionBody),
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
    integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  }));
}

/** Makes Discord's commands these, unless they are already. Throws PlatformError. */
export async function registerCommands(
  api: DiscordApi,
  specs: readonly CommandSpec[],
): Promise<'registered' | 'unchanged'> {
  const wanted = commandBodies(specs);
  const present = await api.commands();
  if (isDeepStrictEqual(present.map(essence).sort(byName), wanted.map(essence).sort(byName))) return 'unchanged';
  await api.overwriteCommands(wanted);
  return 'registered';
}

function optionBody(option: CommandOption): APIApplicationCommandBasicOption {
  const { name, description, required } = option;
  if (option.type === 'integer') {
    const type = ApplicationCommandOptionType.Integer;
    return { type, name, description, required, ...given('min_value', option.min), ...given('max_value', option.max) };
  }
  const type = ApplicationCommandOptionType.String;
  const lengths = { ...given('min_length', option.min), ...given('max_length', option.max) };
  const choices: APIApplicationCommandOptionChoice<string>[] | undefined = option.choices?.map((choice) => ({
    ...choice,
  }));
  return choices === undefined
    ? { type, name, description, required, ...lengths }
    : { type, name, description, required, choices };
}

function given<Key extends string>(key: Key, value: number | undefined): Partial<Record<Key, number>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, number>);
}

/** A command without what Discord adds to it, and with what it leaves out. */
function essence(command: object) {
  const { name, description, options, contexts, integration_types, type } = command as Record<string, unknown>;
  return {
    name,
    description,
    type: type ?? ApplicationCommandType.ChatInput,
    contexts: sorted(contexts),
    integration_types: sorted(integration_types),
    options: Array.isArray(options) ? options.map(optionEssence) : [],
  };
}

function optionEssence(option: Record<string, unknown>) {
  const { type, name, description, required, choices, min_value, max_value, min_length, max_length } = option;
  return {
    type,
    name,
    description,
    required: required ?? false,
    limits: [min_value, max_value, min_length, max_length].map((limit) => limit ?? null),
    choices: Array.isArray(choices) ? choices.map(({ name, value }) => ({ name, value })) : [],
  };
}

function sorted(list: unknown): unknown[] {
  return Array.isArray(list) ? [...list].sort() : [];
}

function byName(a: { name: unknown }, b: { name: unknown }): number {
  return String(a.name).localeCompare(String(b.name));
}
