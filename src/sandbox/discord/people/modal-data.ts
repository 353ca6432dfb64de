import { type APIModalInteractionResponseCallbackData, ComponentType } from 'discord-api-types/v10';
import { numbered } from '../rules/components.ts';
import { isObject, type JsonObject, objectsOf } from '../rules/json.ts';

/**
 * A submitted modal as Discord sends it: the modal's own tree, with what was typed.
 * @throws Error when a required input is left empty, or a text is shorter or longer than its input allows
 */
export function modalData(
  modal: APIModalInteractionResponseCallbackData,
  values: Readonly<Record<string, string>>,
): object {
  const tops: unknown[] = modal.components;
  return {
    custom_id: modal.custom_id,
    components: numbered(tops.filter(isObject)).map((top) => filled(top, values)),
  };
}

function filled(component: JsonObject, values: Readonly<Record<string, string>>): JsonObject {
  const { type, id } = component;
  if (type === ComponentType.ActionRow) {
    return { type, id, components: objectsOf(component.components).map((child) => filled(child, values)) };
  }
  if (type === ComponentType.Label && isObject(component.component)) {
    return { type, id, component: filled(component.component, values) };
  }
  if (type !== ComponentType.TextInput) return { type, id };
  const customId = String(component.custom_id);
  const value = values[customId] ?? (typeof component.value === 'string' ? component.value : '');
  if (value === '' && component.required !== false) throw new Error(`expected a text for ${customId}, got none`);
  const [least, most] = [Number(component.min_length ?? 0), Number(component.max_length ?? 4_000)];
  if (value !== '' && (value.length < least || value.length > most)) {
    throw new Error(`expected ${least} to ${most} characters for ${customId}, got ${value.length}`);
  }
  return { type, id, custom_id: customId, value };
}
