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
import type { CommandOption, CommandSpec } from '../../core/chat/chat.ts';
import type { DiscordApi } from './api.ts';

/** Servers and DMs with the bot and other DMs, for whom the app is added to a server and who added it to themselves. */
const EVERYWHERE = {
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
};

/**
 * What Discord is told about the commands.
 * @param guild the only server that they are for; Discord knows no places and installs of those
 */
export function commandBodies(specs: readonly CommandSpec[], guild?: string): RESTPutAPIApplicationCommandsJSONBody {
  return specs.map((spec) => ({
    type: ApplicationCommandType.ChatInput,
    name: spec.name,
    description: spec.description,
    options: spec.options.map(optionBody),
    ...(guild === undefined ? EVERYWHERE : {}),
  }));
}

/** Makes Discord's commands these, unless they are already. Throws PlatformError. */
export async function registerCommands(
  api: DiscordApi,
  specs: readonly CommandSpec[],
  guild?: string,
): Promise<'registered' | 'unchanged'> {
  const { missing, different, foreign } = await compareCommands(api, specs, guild);
  if (missing.length + different.length + foreign.length === 0) return 'unchanged';
  await api.overwriteCommands(commandBodies(specs, guild), guild);
  return 'registered';
}

/** Names of commands. */
export interface CommandDifferences {
  missing: string[];
  different: string[];
  /** At Discord, and not ours. */
  foreign: string[];
}

/** How Discord's commands differ from these. Throws PlatformError. */
export async function compareCommands(
  api: DiscordApi,
  specs: readonly CommandSpec[],
  guild?: string,
): Promise<CommandDifferences> {
  const isGlobal = guild === undefined;
  const present = (await api.commands(guild)).map((command) => essence(command, isGlobal));
  const wanted = commandBodies(specs, guild).map((command) => essence(command, isGlobal));
  const counterpart = (command: Essence, among: Essence[]) =>
    among.find(({ name, type }) => name === command.name && type === command.type);
  const names = (commands: Essence[]) => commands.map(({ name }) => String(name));
  return {
    missing: names(wanted.filter((command) => counterpart(command, present) === undefined)),
    different: names(wanted.filter((command) => !isDeepStrictEqual(counterpart(command, present) ?? command, command))),
    foreign: names(present.filter((command) => counterpart(command, wanted) === undefined)),
  };
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

type Essence = ReturnType<typeof essence>;

/** A command without what Discord adds to it, and with what it leaves out. */
function essence(command: object, isGlobal: boolean) {
  const { name, description, options, contexts, integration_types, type, nsfw, default_member_permissions } =
    command as Record<string, unknown>;
  return {
    name,
    description,
    type: type ?? ApplicationCommandType.ChatInput,
    limits: [nsfw ?? false, default_member_permissions ?? null],
    places: isGlobal ? [sorted(contexts), sorted(integration_types)] : [],
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
