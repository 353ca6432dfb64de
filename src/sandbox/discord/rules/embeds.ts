import type { FormErrors } from './form-errors.ts';
import { isObject, type JsonObject, objectsOf } from './json.ts';

/** Characters over all embeds of a message: https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const TOTAL = 6_000;

/** Checks the embeds of a message. */
export function checkEmbeds(value: unknown, errors: FormErrors): void {
  errors.count(['embeds'], value, 0, 10);
  let total = 0;
  const embeds = objectsOf(value);
  embeds.forEach((embed, index) => {
    const at = ['embeds', index] as const;
    errors.length([...at, 'title'], embed.title, 0, 256);
    errors.length([...at, 'description'], embed.description, 0, 4_096);
    errors.count([...at, 'fields'], embed.fields, 0, 25);
    const footer = isObject(embed.footer) ? embed.footer : {};
    const author = isObject(embed.author) ? embed.author : {};
    errors.length([...at, 'footer', 'text'], footer.text, 0, 2_048);
    errors.length([...at, 'author', 'name'], author.name, 0, 256);
    const fields = objectsOf(embed.fields);
    fields.forEach((field, place) => {
      for (const [name, max] of [
        ['name', 256],
        ['value', 1_024],
      ] as const) {
        if (field[name] === undefined || field[name] === '') errors.required([...at, 'fields', place, name]);
        else errors.length([...at, 'fields', place, name], field[name], 0, max);
      }
    });
    total += size(embed, ['title', 'description']) + size(footer, ['text']) + size(author, ['name']);
    total += fields.reduce((sum, field) => sum + size(field, ['name', 'value']), 0);
  });
  if (total > TOTAL) {
    errors.add(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${TOTAL}`);
  }
}

function size(from: JsonObject, fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + String(from[field] ?? '').length, 0);
}
