import { ConfigError, loadConfig } from '../config/config.ts';
import { readArguments, USAGE } from './ops/arguments.ts';
import { carryOut } from './ops/carry-out.ts';

/** @returns the exit code */
async function ops(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { config, secrets } = loadConfig(process.env);
  const { facts, lines } = await carryOut(config, secrets, args.request);
  process.stdout.write(args.isJson ? `${JSON.stringify(facts, null, 2)}\n` : `${lines.join('\n')}\n`);
  return 0;
}

/** What an operator can act on. */
function problemOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

try {
  process.exitCode = await ops();
} catch (error) {
  process.stderr.write(`${problemOf(error)}\n`);
  process.exitCode = 1;
}
