import type { types, ViewOutput, webApi } from '@slack/bolt';
import type { Form, FormField, FormValues } from '../../core/chat/form.ts';
import { callSlack } from './call-slack.ts';

/** The conversation that a form was opened in, where what comes of it is told. */
export interface FormPlace {
  channel: string | null;
  threadTs: string | null;
}

/** What a submitted form says. */
export interface Submitted {
  action: string;
  values: FormValues;
  place: FormPlace;
}

const CALLBACK = 'tallybot';

/**
 * The native form. It carries its action and its place itself, so that any process can take what was typed. The response_url
 * of the press stays out of it: with that, whoever reads it could write in the bot's name.
 * Source: https://docs.slack.dev/reference/views/modal-views
 */
export function renderForm({ action, title, fields }: Form, place: FormPlace): types.ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK,
    private_metadata: JSON.stringify({ action, ...place }),
    title: plain(title),
    submit: plain('Send'),
    close: plain('Cancel'),
    blocks: fields.map(renderField),
  };
}

function renderField({ name, label, required = true, ...field }: FormField): types.InputBlock {
  return {
    type: 'input',
    block_id: name,
    label: plain(label),
    optional: !required,
    element: {
      type: 'plain_text_input',
      action_id: name,
      ...(field.placeholder !== undefined && { placeholder: plain(field.placeholder) }),
      ...(field.minLength !== undefined && { min_length: field.minLength }),
      ...(field.maxLength !== undefined && { max_length: field.maxLength }),
    },
  };
}

function plain(text: string): types.PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}

/** Null for a view that is no form of ours. */
export function readSubmitted(view: Pick<ViewOutput, 'callback_id' | 'private_metadata' | 'state'>): Submitted | null {
  const told = view.callback_id === CALLBACK ? readMetadata(view.private_metadata) : {};
  if (typeof told.action !== 'string') return null;
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
  const inputs = Object.entries(view.state.values);
  return {
    action: told.action,
    values: Object.fromEntries(inputs.map(([name, block]) => [name, block[name]?.value ?? ''])),
    place: { channel: textOf(told.channel), threadTs: textOf(told.threadTs) },
  };
}

function readMetadata(text: string): Record<string, unknown> {
  try {
    const told: unknown = JSON.parse(text);
    return typeof told === 'object' && told !== null ? { ...told } : {};
  } catch {
    return {};
  }
}

/** Opens a form for whoever pressed; Slack takes it within three seconds. Throws PlatformError. */
export async function openForm(client: webApi.WebClient, trigger: string, view: types.ModalView): Promise<void> {
  await callSlack('views.open', () => client.views.open({ trigger_id: trigger, view }));
}
