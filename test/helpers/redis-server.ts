import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { freePort } from '../../src/sandbox/http-server.ts';
import { installedProgram } from './installed-program.ts';

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction', '--save', ''];

/** A replica that connects need not wait for others. */
const QUICK = ['--repl-diskless-sync-delay', '0'];

/** A redis-server of the test's own: a free port, a folder of its own, ended by its process id. */
export interface RedisServer {
  url: string;
  port: number;
  /** Of the running process. */
  pid(): number;
  /** Ends it like a power cut, as far as a process can: SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder, after `kill`. */
  start(): Promise<void>;
  /** Deletes all keys. */
  clear(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/** Whether tests that need a redis-server of their own can run, as `installedProgram` decides it. */
export function canStartRedis(leftOut: string): boolean {
  return installedProgram({ names: ['redis-server'], package: 'redis-server' }, leftOut) !== null;
}

/** @param settings more of redis.conf, as arguments; they win over the durable ones */
export async function startRedisServer(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-redis-'));
  const port = await freePort();
  const password = settings[settings.indexOf('--requirepass') + 1];
  const url = settings.includes('--requirepass')
    ? `redis://:${password}@127.0.0.1:${port}`
    : `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = null;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    await ended;
  }

  async function start(): Promise<void> {
    const listening = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--daemonize', 'no'];
    const started = spawn('redis-server', [...listening, ...DURABLE, ...QUICK, ...settings], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let output = '';
    started.stdout.on('data', (text) => {
      output += text;
    });
    await Promise.race([
      answers(url),
      once(started, 'exit').then(() => {
        throw new Error(`redis-server ended: ${output}`);
      }),
    ]);
  }

  const server: RedisServer = {
    url,
    port,
    pid: () => {
      if (child?.pid === undefined) throw new Error('Expected redis-server to run');
      return child.pid;
    },
    kill: () => end('SIGKILL'),
    start,
    clear: async () => {
      const client = await createClient({ url }).connect();
      await client.sendCommand(['FLUSHALL']);
      client.destroy();
    },
    close: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await start();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

/** Resolves when the server answers and has read its files. */
async function answers(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const client = createClient({ url, socket: { reconnectStrategy: false } }).on('error', () => {});
    try {
      await client.connect();
      await client.sendCommand(['PING']);
      client.destroy();
      return;
    } catch (error) {
      if (client.isOpen) client.destroy();
      if (tries === 500) throw error;
      await pause(10);
    }
  }
}
