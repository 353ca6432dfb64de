import { BillingError } from '../core/dodo/billing.ts';
import { readArguments, USAGE } from './provision/arguments.ts';
import { createAsk } from './provision/ask.ts';
import { runProvision } from './provision/run-provision.ts';
import { readSettings } from './provision/settings.ts';

/** Where npm runs its scripts: beside package.json. */
const ENV_PATH = '.env';

/** @returns the exit code */
async function main(): Promise<0 | 1> {
  const args = readArguments(process.argv.slice(2));
  if (args === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const tell = args.print ? (line: string) => void process.stderr.write(`${line}\n`) : print;
  return runProvision(args, readSettings(process.env), {
    envPath: ENV_PATH,
    ask: createAsk(process.stdin, process.stderr),
    tell,
    print,
  });
}

/** What an operator can act on. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof BillingError)) return error.message;
  if (error.fault === 'unauthorized') {
    return `${error.message}\nDODO_PAYMENTS_API_KEY: expected a key of DODO_ENVIRONMENT that may write; test_mode and live_mode have keys of their own.`;
  }
  return `${error.message}\nRun it again: what was made until now is found, and nothing is made twice.`;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${problemOf(error)}\n`);
  process.exitCode = 1;
}
