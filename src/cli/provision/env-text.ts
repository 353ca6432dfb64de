import { parseEnv } from 'node:util';

/** Values that need no quotes, whoever reads the file. */
const PLAIN = /^[\w.:/+=-]*$/;

const OLD_VALUE = `(?:"[^"]*"|'[^']*'|[^#\\r]*?)`;

/**
 * Sets variables in the text of a `.env` file. Comments, order and everything else stay as they are; variables that are
 * not there yet come to the end.
 * @throws Error when Node would not read these values back, or others than before; no message shows one
 */
export function withVariables(text: string, values: Readonly<Record<string, string>>): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const eol = text.includes('\r\n') ? '\r' : '';
  for (const [name, value] of Object.entries(values)) {
    if (!PLAIN.test(value)) throw new Error(`${name}: expected a value without spaces, quotes and #`);
    const line = new RegExp(`^(\\s*(?:export\\s+)?${name}\\s*=)\\s*${OLD_VALUE}(\\s+#.*|\\s*)$`);
    const isSet = lines.some((one) => line.test(one));
    for (const [at, one] of lines.entries()) {
      lines[at] = one.replace(line, (_all, start: string, end: string) => `${start}${value}${end}`);
    }
    if (!isSet) lines.push(`${name}=${value}${eol}`);
  }
  const changed = `${lines.join('\n')}\n`;
  const [before, after] = [parseEnv(text), parseEnv(changed)];
  const wanted = { ...before, ...values };
  const lost = Object.keys({ ...after, ...wanted }).filter((name) => after[name] !== wanted[name]);
  if (lost.length > 0)
    throw new Error(
      `expected .env to hold each variable on a line of its own; set ${Object.keys(values).join(', ')} by hand (${lost.join(', ')} would be read wrongly)`,
    );
  return changed;
}
