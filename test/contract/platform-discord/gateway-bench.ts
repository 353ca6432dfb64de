import { onTestFinished } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import { createDiscordApi } from '../../../src/platform/discord/api.ts';
import { registerCommands } from '../../../src/platform/discord/commands.ts';
import { createDiscordGateway, type DiscordGateway } from '../../../src/platform/discord/discord-gateway.ts';
import type { DiscordSimulator } from '../../../src/sandbox/discord/simulator.ts';
import { startGateway } from '../sandbox-discord/gateway-client.ts';
import { type BenchOptions, type Note, specs } from './bench.ts';

export interface GatewayBench {
  sim: DiscordSimulator;
  platform: DiscordGateway;
  notes: Note[];
  /** The errors that the platform called fatal. */
  fatal: Error[];
  /** Moves the time of the simulator, of the platform and of discord.js on. */
  passTime(ms: number): void;
}

/** The platform by the gateway, not connected yet; all of it ends with the test. */
export async function startUnconnected(options: BenchOptions = {}): Promise<GatewayBench> {
  const { sim, passTime } = await startGateway({
    rateLimits: options.rateLimits ?? 'off',
    ...(options.acknowledgeWithinMs === undefined ? {} : { acknowledgeWithinMs: options.acknowledgeWithinMs }),
  });
  const notes: Note[] = [];
  const fatal: Error[] = [];
  const noteAs = (level: string) => (facts: object, text: string) => void notes.push({ level, facts, text });
  const log: Log = { debug: noteAs('debug'), info: noteAs('info'), warn: noteAs('warn'), error: noteAs('error') };
  const access = { applicationId: sim.applicationId, token: sim.token, apiUrl: `${sim.url}/api` };
  const platform = createDiscordGateway({
    ...access,
    chat: {
      commands: specs,
      command: options.command ?? (async () => {}),
      action: options.action ?? (async () => {}),
      submit: options.submit ?? (async () => {}),
    },
    clock: Date.now,
    log,
    editIntervalMs: 20,
    ...(options.ackDeadlineMs === undefined ? {} : { ackDeadlineMs: options.ackDeadlineMs }),
    onFatal: (error) => void fatal.push(error),
  });
  const api = createDiscordApi(access);
  await registerCommands(api, specs);
  api.close();
  onTestFinished(() => platform.close());
  return { sim, platform, notes, fatal, passTime };
}

/** The same, connected. */
export async function startConnected(options: BenchOptions = {}): Promise<GatewayBench> {
  const bench = await startUnconnected(options);
  await bench.platform.connect();
  return bench;
}
