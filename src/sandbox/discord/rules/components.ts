import { ComponentType } from 'discord-api-types/v10';
import { checkButton, checkSelect } from './buttons.ts';
import type { FieldPath, FormErrors } from './form-errors.ts';
import { isObject, type JsonObject, objectsOf } from './json.ts';

/** Rows without the Components V2 flag, and components of every depth with it. */
const MAX_ROWS = 5;
const MAX_V2_COMPONENTS = 40;
/** Characters over all text displays of a message. */
const MAX_V2_TEXT = 4_000;

const SELECTS: ReadonlySet<unknown> = new Set([
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
]);

const V2_TOP: ReadonlySet<unknown> = new Set([
  ComponentType.ActionRow,
  ComponentType.Section,
  ComponentType.TextDisplay,
  ComponentType.MediaGallery,
  ComponentType.File,
  ComponentType.Separator,
  ComponentType.Container,
]);

/**
 * Checks the components of a message.
 * @param v2 whether the message has the IS_COMPONENTS_V2 flag
 */
export function checkComponents(value: unknown, v2: boolean, errors: FormErrors): void {
  errors.count(['components'], value, 0, v2 ? MAX_V2_COMPONENTS : MAX_ROWS);
  const tops = objectsOf(value);
  tops.forEach((top, index) => {
    const path = ['components', index];
    const known = v2 ? V2_TOP.has(top.type) : top.type === ComponentType.ActionRow;
    if (known) checkNested(top, path, errors);
    else {
      const allowed = v2 ? [...V2_TOP].join(', ') : '1';
      errors.add([...path, 'type'], 'UNION_TYPE_CHOICES', `Value of field "type" must be one of (${allowed}).`);
    }
  });
  const all = flatten(tops);
  checkDuplicates(tops, errors);
  if (!v2) return;
  if (all.length > MAX_V2_COMPONENTS) {
    errors.add(['components'], 'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED', `The maximum is ${MAX_V2_COMPONENTS}`);
  }
  const text = all.reduce((sum, { type, content }) => {
    return type === ComponentType.TextDisplay && typeof content === 'string' ? sum + content.length : sum;
  }, 0);
  if (text > MAX_V2_TEXT) {
    const message = `Total text of the message exceeds ${MAX_V2_TEXT} characters`;
    errors.add(['components'], 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED', message);
  }
}

function checkNested(component: JsonObject, path: FieldPath, errors: FormErrors): void {
  const { type } = component;
  if (type === ComponentType.ActionRow) {
    checkRow(component, path, errors);
    return;
  }
  if (type === ComponentType.TextDisplay) {
    if (!component.content) errors.required([...path, 'content']);
    errors.length([...path, 'content'], component.content, 1, MAX_V2_TEXT);
  }
  if (type === ComponentType.Section) errors.count([...path, 'components'], component.components, 1, 3);
  objectsOf(component.components).forEach((child, index) => {
    checkNested(child, [...path, 'components', index], errors);
  });
  const { accessory } = component;
  if (isObject(accessory) && accessory.type === ComponentType.Button) {
    checkButton(accessory, [...path, 'accessory'], errors);
  }
}

function checkRow(row: JsonObject, path: FieldPath, errors: FormErrors): void {
  if (!Array.isArray(row.components)) errors.required([...path, 'components']);
  errors.count([...path, 'components'], row.components, 1, 5);
  const children = objectsOf(row.components);
  children.forEach((child, index) => {
    const at = [...path, 'components', index];
    if (child.type === ComponentType.Button) checkButton(child, at, errors);
    else if (SELECTS.has(child.type)) checkSelect(child, at, errors);
    else errors.add([...at, 'type'], 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of (2, 3, 5, 6, 7, 8).');
  });
  if (children.length > 1 && children.some(({ type }) => SELECTS.has(type))) {
    errors.add([...path, 'components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'A select menu fills its row');
  }
}

function checkDuplicates(tops: readonly JsonObject[], errors: FormErrors): void {
  const seen = new Set<unknown>();
  tops.forEach((top, row) => {
    flatten([top]).forEach(({ custom_id: id }) => {
      if (typeof id !== 'string') return;
      if (seen.has(id)) {
        const message = 'Component custom id cannot be duplicated';
        errors.add(['components', row], 'COMPONENT_CUSTOM_ID_DUPLICATED', message);
      }
      seen.add(id);
    });
  });
}

/** Every component of every depth, parents first. */
export function flatten(components: readonly JsonObject[]): JsonObject[] {
  return components.flatMap((component) => [
    component,
    ...flatten(objectsOf(component.components)),
    ...flatten(isObject(component.accessory) ? [component.accessory] : []),
    ...flatten(isObject(component.component) ? [component.component] : []),
  ]);
}

/** A copy with an `id` in every component, counted from 1 as Discord does where none is given. */
export function numbered(components: readonly JsonObject[]): JsonObject[] {
  const copy: JsonObject[] = structuredClone([...components]);
  let last = 0;
  for (const component of flatten(copy)) {
    if (typeof component.id !== 'number' || component.id === 0) component.id = last + 1;
    last = Math.max(last, Number(component.id));
  }
  return copy;
}
