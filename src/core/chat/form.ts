/** A line of text that a member types. */
export interface FormField {
  /** Names the value; unlike any other of the form. */
  name: string;
  label: string;
  placeholder?: string;
  minLength?: number;
  maxLength?: number;
  /** True when left out. */
  required?: boolean;
}

/** A window with fields, opened by the press of a button. */
export interface Form {
  /** Opaque to a platform, as a button's; it comes back with what was typed. */
  action: string;
  title: string;
  fields: readonly FormField[];
}

/** What was typed, by the name of its field; empty where nothing was. */
export type FormValues = Readonly<Record<string, string>>;

/**
 * What both platforms take, in characters; the narrower limit of the two.
 * Sources: Discord, Receiving and Responding, "Modal", and Component Reference, "Label" and "Text Input" (labels, placeholders,
 * fields); https://docs.slack.dev/reference/views (title) and
 * https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element (texts).
 */
const MOST = { action: 100, title: 24, fields: 5, name: 100, label: 45, placeholder: 100, text: 3_000 } as const;

/** @throws RangeError that names what one of the platforms would refuse */
export function checkForm({ action, title, fields }: Form): void {
  const within = (what: string, value: number, least: number, most: number) => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    throw new RangeError(`expected ${what} of the form ${action} to be ${least} to ${most}, got ${value}`);
  };
  within('the length of the action', action.length, 1, MOST.action);
  within('the length of the title', title.length, 1, MOST.title);
  within('the number of fields', fields.length, 1, MOST.fields);
  within('the number of different names', new Set(fields.map(({ name }) => name)).size, fields.length, fields.length);
  for (const { name, label, placeholder = '-', minLength = 0, maxLength = MOST.text } of fields) {
    within('the length of a name', name.length, 1, MOST.name);
    within(`the length of the label of ${name}`, label.length, 1, MOST.label);
    within(`the length of the placeholder of ${name}`, placeholder.length, 1, MOST.placeholder);
    within(`the longest text of ${name}`, maxLength, 1, MOST.text);
    within(`the shortest text of ${name}`, minLength, 0, maxLength);
  }
}
