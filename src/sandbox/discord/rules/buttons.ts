import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import type { FieldPath, FormErrors } from './form-errors.ts';
import { isObject, type JsonObject, objectsOf } from './json.ts';

/** Checks a button: https://discord.com/developers/docs/components/reference#button */
export function checkButton(button: JsonObject, path: FieldPath, errors: FormErrors): void {
  const { style } = button;
  errors.length([...path, 'label'], button.label, 0, 80);
  if (style === ButtonStyle.Link) {
    if (typeof button.url !== 'string') errors.required([...path, 'url']);
    errors.length([...path, 'url'], button.url, 1, 512);
    if (typeof button.url === 'string' && !/^(https?|discord):\/\//.test(button.url)) {
      errors.add([...path, 'url'], 'URL_TYPE_INVALID_SCHEME', `Scheme "${button.url.split(':')[0]}" is not supported.`);
    }
    forbid(button, ['custom_id', 'sku_id'], path, errors);
  } else if (style === ButtonStyle.Premium) {
    if (typeof button.sku_id !== 'string') errors.required([...path, 'sku_id']);
    forbid(button, ['custom_id', 'url', 'label', 'emoji'], path, errors);
    return;
  } else if (typeof style === 'number' && style >= 1 && style <= 4) {
    checkCustomId(button, path, errors);
    forbid(button, ['url', 'sku_id'], path, errors);
  } else {
    errors.add([...path, 'style'], 'BASE_TYPE_CHOICES', 'Value must be one of (1, 2, 3, 4, 5, 6).');
  }
  if (!button.label && !isObject(button.emoji)) {
    errors.add(path, 'BUTTON_COMPONENT_INVALID_LABEL_EMOJI', 'A button must have a label or emoji');
  }
}

/** Checks a select menu: https://discord.com/developers/docs/components/reference#string-select */
export function checkSelect(select: JsonObject, path: FieldPath, errors: FormErrors): void {
  checkCustomId(select, path, errors);
  errors.length([...path, 'placeholder'], select.placeholder, 0, 150);
  if (select.type !== ComponentType.StringSelect) return;
  if (!Array.isArray(select.options)) errors.required([...path, 'options']);
  errors.count([...path, 'options'], select.options, 1, 25);
  objectsOf(select.options).forEach((option, index) => {
    const at = [...path, 'options', index];
    for (const name of ['label', 'value']) {
      if (option[name] === undefined) errors.required([...at, name]);
      errors.length([...at, name], option[name], 1, 100);
    }
    errors.length([...at, 'description'], option.description, 0, 100);
  });
}

/** Checks the custom_id that an interactive component must carry. */
function checkCustomId(component: JsonObject, path: FieldPath, errors: FormErrors): void {
  if (component.custom_id === undefined) errors.required([...path, 'custom_id']);
  errors.length([...path, 'custom_id'], component.custom_id, 1, 100);
}

function forbid(component: JsonObject, names: readonly string[], path: FieldPath, errors: FormErrors): void {
  for (const name of names) {
    if (component[name] === undefined || component[name] === null) continue;
    errors.add([...path, name], 'BUTTON_COMPONENT_FIELD_NOT_ALLOWED', `This style of button cannot have ${name}`);
  }
}
