import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord-api-types/v10';
import { DiscordApiError } from '../api-error.ts';
import { createFormErrors, type FieldPath, type FormErrors } from './form-errors.ts';
import { type JsonObject, objectsOf } from './json.ts';

/** https://discord.com/developers/docs/interactions/application-commands */
const LIMITS = new Map<unknown, number>([
  [ApplicationCommandType.ChatInput, 100],
  [ApplicationCommandType.User, 15],
  [ApplicationCommandType.Message, 15],
]);
const CHAT_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
/** Characters of names, descriptions and values in one command. */
const MAX_TOTAL = 8_000;

/**
 * Checks a list of commands for a bulk overwrite.
 * @throws DiscordApiError 50035 with every fault
 */
export function checkCommands(body: unknown): JsonObject[] {
  const errors = createFormErrors();
  if (!Array.isArray(body)) {
    errors.add([], 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
    errors.settle();
    throw new DiscordApiError(50035);
  }
  const commands = objectsOf(body);
  commands.forEach((command, index) => {
    checkCommand(command, [index], errors);
  });
  for (const [type, limit] of LIMITS) {
    const count = commands.filter((command) => (command.type ?? ApplicationCommandType.ChatInput) === type).length;
    if (count > limit)
      errors.add([], 'APPLICATION_COMMANDS_MAX', `At most ${limit} commands of type ${type}, got ${count}.`);
  }
  const names = commands.map(({ name, type }) => `${type ?? 1} ${name}`);
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return;
    errors.add([index], 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique');
  });
  errors.settle();
  return commands;
}

function checkCommand(command: JsonObject, path: FieldPath, errors: FormErrors): void {
  const chat = (command.type ?? ApplicationCommandType.ChatInput) === ApplicationCommandType.ChatInput;
  checkName(command, path, chat, errors);
  if (chat) checkDescription(command, path, errors);
  else if (command.description) {
    errors.add([...path, 'description'], 'APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED', 'Only slash commands have one');
  }
  checkOptions(command, path, errors);
  if (textSize(command) > MAX_TOTAL) {
    errors.add(path, 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size of ${MAX_TOTAL}`);
  }
}

function checkOptions(owner: JsonObject, path: FieldPath, errors: FormErrors): void {
  errors.count([...path, 'options'], owner.options, 0, 25);
  let optional = false;
  objectsOf(owner.options).forEach((option, index) => {
    const at = [...path, 'options', index];
    checkName(option, at, true, errors);
    checkDescription(option, at, errors);
    if (typeof option.type !== 'number') errors.required([...at, 'type']);
    if (option.required === true && optional) {
      const message = 'Required options must be placed before non-required options';
      errors.add(at, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', message);
    }
    optional ||= option.required !== true;
    errors.count([...at, 'choices'], option.choices, 0, 25);
    objectsOf(option.choices).forEach((choice, place) => {
      errors.length([...at, 'choices', place, 'name'], choice.name, 1, 100);
      if (option.type === ApplicationCommandOptionType.String) {
        errors.length([...at, 'choices', place, 'value'], choice.value, 0, 100);
      }
    });
    if (Number(option.max_length) > 6_000) {
      errors.add([...at, 'max_length'], 'NUMBER_TYPE_MAX', 'int value should be less than or equal to 6000.');
    }
    checkOptions(option, at, errors);
  });
}

function checkName(owner: JsonObject, path: FieldPath, chat: boolean, errors: FormErrors): void {
  const { name } = owner;
  if (name === undefined) errors.required([...path, 'name']);
  errors.length([...path, 'name'], name, 1, 32);
  if (!chat || typeof name !== 'string' || name.length > 32) return;
  if (!CHAT_NAME.test(name) || name !== name.toLowerCase()) {
    errors.add([...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  }
}

function checkDescription(owner: JsonObject, path: FieldPath, errors: FormErrors): void {
  if (owner.description === undefined) errors.required([...path, 'description']);
  errors.length([...path, 'description'], owner.description, 1, 100);
}

function textSize(owner: JsonObject): number {
  const own = [owner.name, owner.description, owner.value].reduce<number>((sum, text) => {
    return sum + (typeof text === 'string' ? text.length : 0);
  }, 0);
  const below = [...objectsOf(owner.options), ...objectsOf(owner.choices)];
  return below.reduce((sum, child) => sum + textSize(child), own);
}
