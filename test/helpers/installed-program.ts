import { execFileSync, spawnSync } from 'node:child_process';

/** A program that some tests need and that a Debian package brings. */
export interface NeededProgram {
  /** Its names; the first that is there is used. */
  names: readonly string[];
  /** The Debian package. */
  package: string;
}

/**
 * Finds a program on PATH. With `CI=true` it is installed when missing, and it is an error when that fails; elsewhere
 * the tests are left out, and `leftOut` is said with the command that installs it.
 * @returns its path, or null when the tests are to be left out
 */
export function installedProgram(program: NeededProgram, leftOut: string): string | null {
  const found = find(program);
  if (found !== null) return found;
  const install = `apt-get update && apt-get install -y ${program.package}`;
  if (process.env.CI !== 'true') {
    process.stderr.write(
      `No ${program.names.join(' or ')} on PATH, so left out: ${leftOut}.\nTo run them: ${install}\n`,
    );
    return null;
  }
  // One test file installs, the others that run beside it wait.
  const isThere = program.names.map((name) => `command -v ${name}`).join(' || ');
  const once = `flock /tmp/tallybot-apt.lock sh -c '${isThere} || (${install})'`;
  const [command = '', ...args] = [...(process.getuid?.() === 0 ? [] : ['sudo']), 'sh', '-c', once];
  execFileSync(command, args, { stdio: 'inherit' });
  const installed = find(program);
  if (installed === null) throw new Error(`Expected ${program.names[0]} on PATH after its installation, found none`);
  return installed;
}

function find({ names }: NeededProgram): string | null {
  for (const name of names) {
    const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return null;
}
