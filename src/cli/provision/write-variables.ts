import { parseEnv } from 'node:util';
import type { Ask } from './ask.ts';
import { readIfThere, replaceFile } from './env-file.ts';
import { withVariables } from './env-text.ts';

export interface Variable {
  name: string;
  value: string;
  isSecret: boolean;
}

export interface WriteOptions {
  path: string;
  /** Replaces without asking. */
  yes: boolean;
  ask: Ask;
  tell(line: string): void;
}

/**
 * Writes variables into a `.env` file. What has no value there is written; another value is replaced only when that is
 * wanted.
 * @returns the names that kept another value
 */
export async function writeVariables(variables: readonly Variable[], options: WriteOptions): Promise<string[]> {
  const text = (await readIfThere(options.path)) ?? '';
  const present = parseEnv(text);
  const chosen: Record<string, string> = {};
  const kept: string[] = [];
  for (const variable of variables) {
    const { name, value } = variable;
    const there = present[name]?.trim() ?? '';
    if (there === value) continue;
    if (there === '' || options.yes || (await mayReplace(variable, there, options.ask))) chosen[name] = value;
    else kept.push(name);
  }
  const names = Object.keys(chosen);
  if (names.length > 0) await replaceFile(options.path, withVariables(text, chosen));
  const already = variables.length - names.length - kept.length;
  if (names.length > 0) options.tell(`Written into ${options.path}: ${names.join(', ')}`);
  if (already > 0) options.tell(`In ${options.path} already: ${already} of ${variables.length} variables`);
  return kept;
}

async function mayReplace({ name, value, isSecret }: Variable, there: string, ask: Ask): Promise<boolean> {
  const which = isSecret ? 'by the secret of the endpoint at Dodo' : `(${there}) by ${value}`;
  const answer = await ask(`Replace ${name} ${which}? [y/N] `);
  return /^y(es)?$/i.test(answer ?? '');
}
