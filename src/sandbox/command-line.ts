import { parseArgs } from 'node:util';
import type { Transports } from './simulated-world.ts';

export interface SandboxArguments {
  tour: boolean;
  /** Where the database and the log are kept; null: a temporary folder, deleted at the end. */
  data: string | null;
  /** The bot's log goes to the terminal. */
  verbose: boolean;
  transports: Transports;
}

export const USAGE = `Usage: npm run sandbox [-- options]

Starts simulators of Dodo Payments, Discord, Slack and OpenAI with the bot among them, and a page to play with it.

  --tour            play the whole story in the terminal, then end: 0 when all was as it should be, 1 when not
  --discord <way>   how the bot hears of Discord: http (default) or gateway
  --slack <way>     how the bot hears of Slack: http (default) or socket
  --data <folder>   keep the database and the log in this folder (default: a temporary one, deleted at the end);
                    the simulators forget everything, so each start needs a folder without a database
  --verbose         write the bot's log to the terminal instead of a file
  --help            show this
`;

/** @returns null when help is asked for. @throws Error saying what is not understood */
export function readArguments(args: readonly string[]): SandboxArguments | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tour: { type: 'boolean', default: false },
      data: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      discord: { type: 'string', default: 'http' },
      slack: { type: 'string', default: 'http' },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) return null;
  if (values.data?.trim() === '') throw new Error("expected a folder after '--data', got nothing");
  return {
    tour: values.tour,
    data: values.data ?? null,
    verbose: values.verbose,
    transports: {
      discord: oneOf('discord', ['http', 'gateway'], values.discord),
      slack: oneOf('slack', ['http', 'socket'], values.slack),
    },
  };
}

function oneOf<const Way extends string>(flag: string, ways: readonly Way[], given: string): Way {
  const way = ways.find((candidate) => candidate === given);
  if (way === undefined) throw new Error(`expected ${ways.join(' or ')} after '--${flag}', got '${given}'`);
  return way;
}
