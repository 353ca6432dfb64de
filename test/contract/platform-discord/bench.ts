import express from 'express';
import { onTestFinished, vi } from 'vitest';
import type { ChatApp, CommandSpec } from '../../../src/core/chat/chat.ts';
import type { Log } from '../../../src/core/log.ts';
import { createDiscordApi } from '../../../src/platform/discord/api.ts';
import { registerCommands } from '../../../src/platform/discord/commands.ts';
import { createDiscordHttp, type DiscordHttp } from '../../../src/platform/discord/discord-http.ts';
import type { MemberInteraction } from '../../../src/sandbox/discord/people/member-interaction.ts';
import type { VisibleMessage } from '../../../src/sandbox/discord/people/visible-message.ts';
import { createDiscordSimulator, type DiscordSimulator } from '../../../src/sandbox/discord/simulator.ts';
import { startHttpServer } from '../../../src/sandbox/http-server.ts';

export const specs: readonly CommandSpec[] = [
  {
    name: 'ask',
    description: 'Ask anything',
    options: [{ name: 'prompt', description: 'What you want to know', type: 'string', required: true, max: 4000 }],
  },
  {
    name: 'topup',
    description: 'Buy tokens',
    options: [{ name: 'packs', description: 'How many', type: 'integer', required: false, min: 1, max: 10 }],
  },
  {
    name: 'subscribe',
    description: 'Choose a plan',
    options: [
      {
        name: 'plan',
        description: 'Which one',
        type: 'string',
        required: true,
        choices: [
          { name: 'Starter', value: 'starter' },
          { name: 'Pro', value: 'pro' },
        ],
      },
    ],
  },
];

export interface Note {
  level: string;
  facts: object;
  text: string;
}

export interface Bench {
  sim: DiscordSimulator;
  platform: DiscordHttp;
  notes: Note[];
  /** Moves the time of the simulator and of the platform on. */
  passTime(ms: number): void;
}

export interface BenchOptions extends Partial<Omit<ChatApp, 'commands'>> {
  ackDeadlineMs?: number;
  rateLimits?: 'real' | 'off';
  acknowledgeWithinMs?: number;
}

/** The platform between the simulator and a small ChatApp; all of it ends with the test. */
export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  let passed = 0;
  const clock = () => Date.now() + passed;
  const sim = await createDiscordSimulator({
    now: clock,
    elapsed: () => performance.now() + passed,
    rateLimits: options.rateLimits ?? 'off',
    ...(options.acknowledgeWithinMs === undefined ? {} : { acknowledgeWithinMs: options.acknowledgeWithinMs }),
  });
  const notes: Note[] = [];
  const noteAs = (level: string) => (facts: object, text: string) => void notes.push({ level, facts, text });
  const log: Log = { debug: noteAs('debug'), info: noteAs('info'), warn: noteAs('warn'), error: noteAs('error') };
  const platform = createDiscordHttp({
    applicationId: sim.applicationId,
    publicKey: sim.publicKey,
    token: sim.token,
    apiUrl: `${sim.url}/api`,
    chat: {
      commands: specs,
      command: options.command ?? (async () => {}),
      action: options.action ?? (async () => {}),
      submit: options.submit ?? (async () => {}),
    },
    clock,
    log,
    editIntervalMs: 20,
    ...(options.ackDeadlineMs === undefined ? {} : { ackDeadlineMs: options.ackDeadlineMs }),
  });
  const app = express();
  app.use(platform.router);
  const server = await startHttpServer(app);
  sim.setInteractionsUrl(`${server.url}/discord/interactions`);
  const api = createDiscordApi({ applicationId: sim.applicationId, token: sim.token, apiUrl: `${sim.url}/api` });
  await registerCommands(api, specs);
  api.close();
  onTestFinished(async () => {
    await sim.close();
    await platform.close();
    await server.close();
  });
  return {
    sim,
    platform,
    notes,
    passTime(ms) {
      passed += ms;
    },
  };
}

export function deferred<Value = void>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Waits until the member sees what is expected of their turn. */
export function seen(
  turn: MemberInteraction,
  condition: (messages: VisibleMessage[]) => boolean,
): Promise<VisibleMessage[]> {
  return vi.waitFor(
    () => {
      const messages = turn.messages();
      if (!condition(messages)) throw new Error(`not yet: the member saw ${JSON.stringify(messages.map(briefly))}`);
      return messages;
    },
    { timeout: 4_000, interval: 10 },
  );
}

function briefly({ content, loading, buttons }: VisibleMessage) {
  return { content: content.slice(0, 60), length: content.length, loading, buttons: buttons.length };
}
