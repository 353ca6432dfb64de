import { SlackApiError } from './api-error.ts';

/** The arguments of a Web API call, from a form or a JSON body: in a form, lists and objects are JSON texts. */
export type Arguments = Record<string, unknown>;

/** @throws SlackApiError `error` (default `invalid_arguments`) when it is missing or empty */
export function requiredText(args: Arguments, name: string, error = 'invalid_arguments'): string {
  const value = optionalText(args, name);
  if (value) return value;
  throw new SlackApiError(error, messages(`missing required field: ${name}`));
}

export function optionalText(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Slack accepts `true`, `"true"` and `1`. */
export function flag(args: Arguments, name: string): boolean {
  return ['true', '1'].includes(optionalText(args, name) ?? '');
}

/**
 * A list or an object, given as such or as JSON text.
 * @throws SlackApiError `error` when the text is not JSON
 */
export function structured(args: Arguments, name: string, error: string): unknown {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackApiError(error, messages(`expected JSON in ${name}`));
  }
}

/** The `response_metadata` that Slack adds to say more about an error. */
export function messages(...texts: string[]): Record<string, unknown> {
  return { response_metadata: { messages: texts.map((text) => `[ERROR] ${text}`) } };
}
