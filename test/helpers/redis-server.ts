import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';

const INSTALL = 'apt-get update && apt-get install -y redis-server';

/** One test file installs, the others that run beside it wait. */
const INSTALL_ONCE = `flock /tmp/tallybot-apt.lock sh -c 'command -v redis-server || (${INSTALL})'`;

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

/**
 * Whether tests that need a redis-server of their own can run. With `CI=true` it is installed when missing, and it is
 * an error when that fails; elsewhere the tests are left out, and `leftOut` is said with the command that installs it.
 */
export function canStartRedis(leftOut: string): boolean {
  if (isInstalled()) return true;
  if (process.env.CI === 'true') {
    const [command = '', ...args] = [...(process.getuid?.() === 0 ? [] : ['sudo']), 'sh', '-c', INSTALL_ONCE];
    execFileSync(command, args, { stdio: 'inherit' });
    if (isInstalled()) return true;
    throw new Error('Expected redis-server on PATH after its installation, found none');
  }
  process.stderr.write(`No redis-server on PATH, so left out: ${leftOut}.\nTo run them: ${INSTALL}\n`);
  return false;
}

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
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

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Expected a port');
  return address.port;
}
