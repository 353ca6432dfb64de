import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { OPS } from '../../core/ops/all-ops.ts';
import type { OpsRequest } from '../../core/ops/op.ts';

export const USAGE = `Usage: npm run ops -- <command> [arguments] [--json]

${OPS.map(({ name, usage, about }) => `  ${`${name} ${usage}`.trim()}\n      ${about}`).join('\n')}

Reading works beside a running bot. What changes something works beside it too: on Redis directly, on SQLite by way of
the bot itself (a socket beside its database); with no bot running, the command opens the database by itself.
`;

export interface OpsArguments {
  request: OpsRequest;
  isJson: boolean;
}

/** @returns null when help was asked for @throws Error when an option is not known */
export function readArguments(args: readonly string[]): OpsArguments | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      by: { type: 'string' },
      discard: { type: 'boolean' },
      limit: { type: 'string' },
      reason: { type: 'string' },
      days: { type: 'string' },
      key: { type: 'string' },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help === true || command === undefined) return null;
  const { json, help: _help, by, ...given } = values;
  const options = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? value : '']),
  );
  return {
    request: { command, args: rest, options, by: by ?? whoTypes() },
    isJson: json === true,
  };
}

function whoTypes(): string {
  return process.env.SUDO_USER ?? userInfo().username;
}
