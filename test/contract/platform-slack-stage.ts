import express from 'express';
import type { ChatApp, CommandSpec, Responder, Turn } from '../../src/core/chat/chat.ts';
import type { Log } from '../../src/core/log.ts';
import { setTimer } from '../../src/platform/edit-pacer.ts';
import { createSlackHttp } from '../../src/platform/slack/slack-http.ts';
import type { SlackAuth, SlackOptions, SlackPlatform } from '../../src/platform/slack/slack-platform.ts';
import { createSlackSocket, type SlackSocket } from '../../src/platform/slack/slack-socket.ts';
import { type RunningServer, startHttpServer } from '../../src/sandbox/http-server.ts';
import {
  createSlackSimulator,
  type SlackSimulator,
  type SlackSimulatorOptions,
} from '../../src/sandbox/slack/simulator.ts';

const SPECS: readonly CommandSpec[] = [
  {
    name: 'ask',
    description: 'Ask the AI',
    options: [{ name: 'prompt', description: 'Your question', type: 'string', required: true }],
  },
  {
    name: 'topup',
    description: 'Buy tokens',
    options: [{ name: 'packs', description: 'How many', type: 'integer', required: false, min: 1 }],
  },
  { name: 'help', description: 'What there is', options: [] },
];

/** What a turn asks the test's app to do. */
type Script = (turn: Turn, responder: Responder, options: Readonly<Record<string, string | number>>) => Promise<void>;

interface LogLine {
  level: keyof Log;
  facts: object;
  text: string;
}

export interface SlackStage {
  slack: SlackSimulator;
  bot: RunningServer;
  platform: SlackPlatform;
  /** @throws Error unless the stage was made with the transport `socket` */
  socket(): SlackSocket;
  /** What the socket told as final. */
  fatals: Error[];
  turns: { name: string; options: Readonly<Record<string, string | number>>; turn: Turn }[];
  /** What the next turns do; a command that is not set answers "done". */
  script: { run: Script };
  logs: LogLine[];
  close(): Promise<void>;
}

export interface StageOptions extends SlackSimulatorOptions {
  auth?: (slack: SlackSimulator) => SlackAuth;
  /** The app's token of Socket Mode, when it is not the right one. */
  wrongAppToken?: string;
  clock?: () => number;
  commandPrefix?: string;
  ackDeadlineMs?: number;
  editIntervalMs?: number;
  /** The platform's own timers run this many times faster. */
  haste?: number;
}

/** The Slack platform on a real Express host, with a small app behind it, pointed at a simulator. */
export async function createSlackStage(options: StageOptions = {}): Promise<SlackStage> {
  const {
    auth,
    wrongAppToken,
    clock = Date.now,
    commandPrefix,
    ackDeadlineMs,
    editIntervalMs = 5,
    haste = 1,
    ...simulation
  } = options;
  const slack = await createSlackSimulator({ rateLimits: 'off', ...simulation });
  const turns: SlackStage['turns'] = [];
  const script: SlackStage['script'] = { run: (_turn, responder) => responder.reply({ text: 'done' }) };
  const logs: LogLine[] = [];
  const fatals: Error[] = [];
  const chat: ChatApp = {
    commands: SPECS,
    async command(name, given, turn, responder) {
      turns.push({ name, options: given, turn });
      await script.run(turn, responder, given);
    },
    async action(action, turn, responder) {
      turns.push({ name: action, options: {}, turn });
      await script.run(turn, responder, {});
    },
    async submit(action, values, turn, responder) {
      turns.push({ name: action, options: values, turn });
      await script.run(turn, responder, values);
    },
  };
  const host = express();
  const bot = await startHttpServer(host);
  const settings: SlackOptions = {
    host,
    auth: auth?.(slack) ?? { botToken: slack.settings.botToken },
    apiUrl: `${slack.url}/api/`,
    baseUrl: bot.url,
    chat,
    clock,
    log: recordingLog(logs),
    editIntervalMs,
    setTimer: (delay, run) => setTimer(delay / haste, run),
    ...(commandPrefix !== undefined && { commandPrefix }),
    ...(ackDeadlineMs !== undefined && { ackDeadlineMs }),
  };
  const { signingSecret, appToken: rightAppToken } = slack.settings;
  const appToken = wrongAppToken ?? rightAppToken;
  const onFatal = (error: Error) => {
    fatals.push(error);
  };
  const socket = slack.transport === 'socket' ? createSlackSocket({ ...settings, appToken, onFatal }) : null;
  const platform = socket ?? createSlackHttp({ ...settings, signingSecret });
  await socket?.connect();
  host.use(express.json(), (_request, response) => {
    response.status(404).json({ error: { code: 'not_found', message: 'no such route' } });
  });
  slack.eventsUrl = `${bot.url}/slack/events`;
  return {
    slack,
    bot,
    platform,
    socket() {
      if (socket === null) throw new Error('expected a stage with the transport socket, got http');
      return socket;
    },
    fatals,
    turns,
    script,
    logs,
    async close() {
      await platform.close();
      await bot.close();
      await slack.close();
    },
  };
}

function recordingLog(logs: LogLine[]): Log {
  const write = (level: keyof Log) => (facts: object, text: string) => {
    logs.push({ level, facts, text });
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
