import type { MemberInteraction } from '../discord/people/member-interaction.ts';
import type { SlackView } from '../slack/model.ts';

/** A form that stands in front of a person. */
export interface SeenForm {
  id: string;
  title: string;
  fields: { name: string; label: string; placeholder: string; isRequired: boolean; maxLength: number }[];
}

export function discordForm(id: string, modal: NonNullable<ReturnType<MemberInteraction['modal']>>): SeenForm {
  const fields = modal.components.flatMap((top) => {
    if (!('component' in top) || !('style' in top.component)) return [];
    const { custom_id: name, placeholder = '', required = true, max_length: maxLength = 4_000 } = top.component;
    return [{ name, label: top.label, placeholder, isRequired: required, maxLength }];
  });
  return { id, title: modal.title, fields };
}

/** A field is named by its block. */
export function slackForm({ id, view }: SlackView): SeenForm {
  const fields = view.blocks.flatMap((block) => {
    if (block.type !== 'input' || !('element' in block) || block.element.type !== 'plain_text_input') return [];
    const { placeholder, max_length: maxLength = 3_000 } = block.element;
    const [name, isRequired] = [block.block_id ?? '', block.optional !== true];
    return [{ name, label: block.label.text, placeholder: placeholder?.text ?? '', isRequired, maxLength }];
  });
  return { id, title: view.type === 'modal' ? view.title.text : '', fields };
}

/** What was typed, by block and input, as `submitView` takes it. */
export function slackValues({ view }: SlackView, values: Readonly<Record<string, string>>) {
  const inputs = view.blocks.flatMap((block) => {
    if (block.type !== 'input' || !('element' in block) || !('action_id' in block.element)) return [];
    const [name, action] = [block.block_id ?? '', block.element.action_id ?? ''];
    return [[name, { [action]: { type: block.element.type, value: values[name] ?? '' } }] as const];
  });
  return Object.fromEntries(inputs);
}
