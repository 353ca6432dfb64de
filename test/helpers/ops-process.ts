import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const OPS = fileURLToPath(new URL('../../src/cli/ops.ts', import.meta.url));

/** What an operator command ended with. */
export interface OpsRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs an operator command as an operator does: a process of its own, which has ended when this resolves. */
export function runOps(env: Record<string, string>, ...args: string[]): Promise<OpsRun> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [OPS, ...args],
      { env: { PATH: process.env.PATH ?? '', ...env } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** The same with `--json`. @throws Error with what it told when it did not work */
export async function opsFacts<Facts>(env: Record<string, string>, ...args: string[]): Promise<Facts> {
  const { code, stdout, stderr } = await runOps(env, ...args, '--json');
  if (code !== 0) throw new Error(`expected ${args.join(' ')} to work, it ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Facts;
}
