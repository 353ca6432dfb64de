import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MemberOptions, Order, Point, Report } from './protocol.ts';

const MEMBER = fileURLToPath(new URL('./member.ts', import.meta.url));

/** A process of the fleet, as its test sees it. */
export interface Member {
  /** Has the role `worker`. */
  works: boolean;
  /** null until it takes requests. */
  url(): string | null;
  /** Runs, and was not stalled. */
  isUp(): boolean;
  ready(): Promise<void>;
  /** Resolves when its store will make it die or stall there. */
  aim(point: Point | null): Promise<void>;
  /** Resolves with the point's name once it has come there. */
  reached(): Promise<string>;
  /** Resolves when it has done all that is due, or has ended before. */
  settle(): Promise<void>;
  kill(): void;
  stall(): void;
  wake(): void;
  hasEnded(): boolean;
  ended: Promise<void>;
  output(): string;
}

let settles = 0;

export function startMember(env: Record<string, string>, options: MemberOptions): Member {
  const child: ChildProcess = fork(MEMBER, [JSON.stringify(options)], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  let url: string | null = null;
  let isStalled = false;
  let hasEnded = false;
  const listeners = new Set<(report: Report | 'ended') => void>();
  const tell = (report: Report | 'ended') => {
    for (const listener of [...listeners]) listener(report);
  };
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      hasEnded = true;
      tell('ended');
      resolve();
    });
  });
  child.on('message', (report: Report) => {
    if (report.kind === 'ready') url = report.url;
    tell(report);
  });
  // A channel to a process that is gone is no fault of the test's.
  child.on('error', () => {});

  function order(message: Order): void {
    if (child.connected) child.send(message, () => {});
  }

  /** @throws Error with what the process wrote, when it ended instead */
  function waitFor<Found>(find: (report: Report) => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const listener = (report: Report | 'ended') => {
        const found = report === 'ended' ? undefined : find(report);
        if (report !== 'ended' && found === undefined) return;
        listeners.delete(listener);
        if (found === undefined) reject(new Error(`expected a running process, it ended: ${output}`));
        else resolve(found);
      };
      listeners.add(listener);
      if (hasEnded) listener('ended');
    });
  }

  return {
    works: (env.ROLES ?? 'worker').includes('worker'),
    url: () => url,
    isUp: () => url !== null && !isStalled && !hasEnded,
    async ready() {
      if (url === null) await waitFor((report) => (report.kind === 'ready' ? true : undefined));
    },
    async aim(point) {
      const aimed = waitFor((report) => (report.kind === 'aimed' ? true : undefined));
      order({ kind: 'aim', point });
      await aimed;
    },
    reached() {
      return waitFor((report) => (report.kind === 'reached' ? report.point : undefined));
    },
    async settle() {
      settles += 1;
      const id = settles;
      const settled = waitFor((report) => (report.kind === 'settled' && report.id === id ? true : undefined));
      order({ kind: 'settle', id });
      await settled.catch(() => {});
    },
    kill: () => void child.kill('SIGKILL'),
    stall() {
      isStalled = true;
      child.kill('SIGSTOP');
    },
    wake() {
      isStalled = false;
      child.kill('SIGCONT');
      order({ kind: 'resume' });
    },
    hasEnded: () => hasEnded,
    ended,
    output: () => output,
  };
}
