import {
  type APIApplicationCommand,
  type APIApplicationCommandOption,
  ApplicationCommandType,
  ApplicationCommandOptionType as OptionType,
} from 'discord-api-types/v10';
import { isObject, objectsOf } from '../rules/json.ts';

/** A value that a member types into an option. */
export type OptionValue = string | number | boolean;

/**
 * A command's data as Discord sends it. Checks what the member's client would check: required options, choices, bounds.
 * @param command the registered command; null infers the option types from the values
 * @throws Error naming the option that the client would not have let through
 */
export function commandData(
  id: string,
  name: string,
  values: Readonly<Record<string, OptionValue>>,
  command: APIApplicationCommand | null,
): object {
  const known = command?.options ?? [];
  for (const option of known) {
    const required = 'required' in option && option.required === true;
    if (required && values[option.name] === undefined) throw new Error(`expected /${name} to be given ${option.name}`);
  }
  const options = Object.entries(values).map(([key, value]) => {
    const option = known.find((candidate) => candidate.name === key);
    if (command && !option) throw new Error(`expected an option of /${name}, got ${key}`);
    if (option) checkValue(name, option, value);
    return { name: key, type: option?.type ?? inferredType(value), value };
  });
  return {
    id: command?.id ?? id,
    name,
    type: ApplicationCommandType.ChatInput,
    ...(options.length ? { options } : {}),
  };
}

function inferredType(value: OptionValue): OptionType {
  if (typeof value === 'string') return OptionType.String;
  if (typeof value === 'boolean') return OptionType.Boolean;
  return Number.isInteger(value) ? OptionType.Integer : OptionType.Number;
}

function checkValue(command: string, option: APIApplicationCommandOption, value: OptionValue): void {
  const refuse = (expected: string) => {
    throw new Error(`expected /${command} ${option.name} to be ${expected}, got ${JSON.stringify(value)}`);
  };
  const wanted = option.type === OptionType.Number || option.type === OptionType.Integer ? 'number' : null;
  if (wanted ? typeof value !== wanted : inferredType(value) !== option.type)
    refuse(`of type ${OptionType[option.type]}`);
  if (option.type === OptionType.Integer && !Number.isInteger(value)) refuse('an integer');
  const rules: unknown = option;
  if (!isObject(rules)) return;
  const choices = objectsOf(rules.choices);
  if (choices.length > 0 && !choices.some((choice) => choice.value === value)) {
    refuse(`one of ${choices.map((choice) => choice.value).join(', ')}`);
  }
  const size = typeof value === 'string' ? value.length : Number(value);
  const [min, max] =
    typeof value === 'string' ? [rules.min_length, rules.max_length] : [rules.min_value, rules.max_value];
  if (typeof min === 'number' && size < min) refuse(`at least ${min}`);
  if (typeof max === 'number' && size > max) refuse(`at most ${max}`);
}
