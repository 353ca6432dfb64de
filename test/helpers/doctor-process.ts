import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const DOCTOR = fileURLToPath(new URL('../../src/cli/doctor.ts', import.meta.url));

/** Runs as `npm run doctor` does: a process of its own, which has ended when this resolves. */
export function runDoctor(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [DOCTOR, ...args],
      { env: { PATH: process.env.PATH ?? '', ...env } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), out: stdout, err: stderr }),
    );
  });
}
