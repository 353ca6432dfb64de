import { parseArgs } from 'node:util';

export interface SandboxArguments {
  tour: boolean;
  /** Where the database and the log are kept; null: a temporary folder, deleted at the end. */
  data: string | null;
  /** The bot's log goes to the terminal. */
  verbose: boolean;
}

export const USAGE = `Usage: npm run sandbox [-- options]

Starts simulators of Dodo Payments, Discord, Slack and OpenAI with the bot among them, and a page to play with it.

  --tour            play the whole story in the terminal, then end: 0 when all was as it should be, 1 when not
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
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) return null;
  if (values.data?.trim() === '') throw new Error("expected a folder after '--data', got nothing");
  return { tour: values.tour, data: values.data ?? null, verbose: values.verbose };
}
