import { DiscordApiError, type FormErrorTree } from '../api-error.ts';

/** Where a field stands in a body. */
export type FieldPath = readonly (string | number)[];

/** Gathers what is wrong with a body, all of it at once as Discord does. */
export interface FormErrors {
  add(path: FieldPath, code: string, message: string): void;
  required(path: FieldPath): void;
  /** Checks a text's length, if it is there. */
  length(path: FieldPath, value: unknown, min: number, max: number): void;
  /** Checks how many entries a list has, if it is there. */
  count(path: FieldPath, value: unknown, min: number, max: number): void;
  /** @throws DiscordApiError 50035 when anything was added */
  settle(): void;
}

/** Starts with nothing wrong. */
export function createFormErrors(): FormErrors {
  const tree: FormErrorTree = {};
  let any = false;

  function add(path: FieldPath, code: string, message: string): void {
    any = true;
    let node = tree;
    for (const key of path) {
      const below = node[key];
      const next: FormErrorTree = below && !Array.isArray(below) ? below : {};
      node[key] = next;
      node = next;
    }
    const listed = node._errors;
    node._errors = [...(Array.isArray(listed) ? listed : []), { code, message }];
  }

  return {
    add,
    required: (path) => add(path, 'BASE_TYPE_REQUIRED', 'This field is required'),
    length(path, value, min, max) {
      if (value === undefined || value === null) return;
      if (typeof value !== 'string') return add(path, 'STRING_TYPE_CONVERT', 'Could not interpret value as string.');
      if (value.length >= min && value.length <= max) return;
      if (min === 0) add(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
      else add(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
    },
    count(path, value, min, max) {
      if (value === undefined || value === null) return;
      if (!Array.isArray(value)) return add(path, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
      if (value.length >= min && value.length <= max) return;
      add(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
    },
    settle() {
      if (any) throw new DiscordApiError(50035, tree);
    },
  };
}
