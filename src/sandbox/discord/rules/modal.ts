import { ComponentType } from 'discord-api-types/v10';
import { flatten } from './components.ts';
import { createFormErrors } from './form-errors.ts';
import { isObject, type JsonObject, objectsOf } from './json.ts';

/**
 * Checks a modal: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal
 * @throws DiscordApiError 50035
 */
export function checkModal(data: JsonObject): void {
  const errors = createFormErrors();
  for (const [name, max] of [
    ['title', 45],
    ['custom_id', 100],
  ] as const) {
    if (data[name] === undefined) errors.required(['data', name]);
    errors.length(['data', name], data[name], 1, max);
  }
  if (!Array.isArray(data.components)) errors.required(['data', 'components']);
  errors.count(['data', 'components'], data.components, 1, 5);
  objectsOf(data.components).forEach((top, index) => {
    const path = ['data', 'components', index];
    if (![ComponentType.ActionRow, ComponentType.TextDisplay, ComponentType.Label].includes(Number(top.type))) {
      errors.add([...path, 'type'], 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of (1, 10, 18).');
    }
    if (top.type === ComponentType.Label) {
      if (!isObject(top.component)) errors.required([...path, 'component']);
      if (top.label === undefined) errors.required([...path, 'label']);
      errors.length([...path, 'label'], top.label, 1, 45);
      errors.length([...path, 'description'], top.description, 0, 100);
    }
    for (const input of flatten([top]).filter(({ type }) => type === ComponentType.TextInput)) {
      if (input.custom_id === undefined) errors.required([...path, 'custom_id']);
      errors.length([...path, 'custom_id'], input.custom_id, 1, 100);
      errors.length([...path, 'value'], input.value, 0, 4_000);
      errors.length([...path, 'placeholder'], input.placeholder, 0, 100);
      if (input.style === undefined) errors.required([...path, 'style']);
      for (const [name, least] of [
        ['min_length', 0],
        ['max_length', 1],
      ] as const) {
        const value = input[name] ?? least;
        const fits = typeof value === 'number' && value >= least && value <= 4_000;
        if (!fits) errors.add([...path, name], 'NUMBER_TYPE_RANGE', `Value must be from ${least} to 4000.`);
      }
    }
  });
  errors.settle();
}
