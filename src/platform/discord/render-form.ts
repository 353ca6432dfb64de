import type { APIModalInteractionResponseCallbackData } from 'discord.js';
import { ComponentType, TextInputStyle } from 'discord.js';
import type { Form, FormField } from '../../core/chat/form.ts';

/** The native form. Source: Discord, Component Reference, "Label" and "Text Input". */
export function renderForm({ action, title, fields }: Form): APIModalInteractionResponseCallbackData {
  return { custom_id: action, title, components: fields.map(renderField) };
}

function renderField(field: FormField): APIModalInteractionResponseCallbackData['components'][number] {
  return {
    type: ComponentType.Label,
    label: field.label,
    component: {
      type: ComponentType.TextInput,
      custom_id: field.name,
      style: TextInputStyle.Short,
      required: field.required ?? true,
      ...(field.placeholder !== undefined && { placeholder: field.placeholder }),
      ...(field.minLength !== undefined && { min_length: field.minLength }),
      ...(field.maxLength !== undefined && { max_length: field.maxLength }),
    },
  };
}
