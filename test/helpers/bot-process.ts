import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The bot as an operator starts it: a process of its own. */
export interface BotProcess {
  /** Everything that it wrote, both streams. */
  output(): string;
  /** What it told its operator beside the log. */
  errors(): string;
  /** Resolves when it takes requests. @throws Error with its output when it ended instead */
  ready(): Promise<void>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
}

/** @param env all that it gets; nothing of the test's own environment but where node is */
export function startBotProcess(env: Record<string, string>): BotProcess {
  const child: ChildProcess = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const wrote = { stdout: '', stderr: '' };
  const ended: BotProcess['ended'] = new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const { promise: ready, resolve: isReady, reject: isOver } = Promise.withResolvers<void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      wrote[name] += text;
      if (wrote.stdout.includes('tallybot is ready')) isReady();
    });
  }
  const output = () => wrote.stdout + wrote.stderr;
  void ended.then(({ code }) => isOver(new Error(`expected a running bot, it ended with ${code}: ${output()}`)));
  // Nobody has to wait for it.
  ready.catch(() => {});
  return {
    output,
    errors: () => wrote.stderr,
    ready: () => ready,
    ended,
    kill: (signal) => void child.kill(signal),
  };
}
