import { createDiscordSimulator, type DiscordSimulator } from './discord/simulator.ts';
import { createDodoSimulator, type DodoSimulator, type DodoSimulatorOptions } from './dodo/simulator.ts';
import { freePort } from './http-server.ts';
import { createOpenAiSimulator, type OpenAiSimulator } from './openai/simulator.ts';
import { DEFAULT_TEAM } from './slack/seeds.ts';
import { createSlackSimulator, type SlackSimulator } from './slack/simulator.ts';

/** The four services outside, simulated, and the configuration of a bot that lives among them. */
export interface SimulatedWorld {
  dodo: DodoSimulator;
  openai: OpenAiSimulator;
  discord: DiscordSimulator;
  slack: SlackSimulator;
  /** The bot's environment variables. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** How the bot hears of the platforms: by requests to it, or by a connection of its own. */
export interface Transports {
  discord: 'http' | 'gateway';
  slack: 'http' | 'socket';
}

export interface SimulatedWorldOptions {
  databasePath: string;
  /** Where the bot is to listen; a free port by default. */
  botPort?: number;
  dodo?: Omit<DodoSimulatorOptions, 'port'>;
  /** By requests to it when left out. */
  transports?: Transports;
  /** `off` lets every call of the platforms pass, for tests that are not about pacing. */
  rateLimits?: 'real' | 'off';
  /** The clock of Discord's and Slack's messages. */
  now?: () => number;
  /** Milliseconds on the clock of Discord's rate limits; real time by default. */
  elapsed?: () => number;
  /** How long the platforms wait for the first answer to a command; 3,000, as the real ones do. */
  acknowledgeWithinMs?: number;
  /** Between two pieces of a streamed answer. */
  chunkDelayMs?: number;
}

/** What the bot's manifest asks for, and no more: a call that needs another scope fails here as it would at Slack. */
const SLACK_SCOPES = ['commands', 'chat:write', 'app_mentions:read', 'im:write', 'im:history'];

/** Starts the simulators on free ports with the catalogue seeded, each wired to where the bot will listen. */
export async function createSimulatedWorld(options: SimulatedWorldOptions): Promise<SimulatedWorld> {
  await using opened = new AsyncDisposableStack();
  const opening = async <Simulator extends { close(): Promise<void> }>(made: Promise<Simulator>) => {
    const simulator = await made;
    opened.defer(() => simulator.close());
    return simulator;
  };
  const rateLimits = options.rateLimits ?? 'real';
  const now = options.now ?? Date.now;
  const acknowledgeWithinMs = options.acknowledgeWithinMs ?? 3_000;
  const dodo = await opening(createDodoSimulator(options.dodo));
  const openai = await opening(createOpenAiSimulator({ chunkDelayMs: options.chunkDelayMs ?? 0 }));
  const discord = await opening(
    createDiscordSimulator({
      rateLimits,
      now,
      acknowledgeWithinMs,
      ...(options.elapsed && { elapsed: options.elapsed }),
    }),
  );
  const slack = await opening(createSlackSimulator({ rateLimits, now, ackDeadlineMs: acknowledgeWithinMs }));
  slack.installApp(DEFAULT_TEAM, { token: slack.settings.botToken, scopes: [...SLACK_SCOPES] });

  const botPort = options.botPort ?? (await freePort());
  const botUrl = `http://127.0.0.1:${botPort}`;
  const transports = options.transports ?? { discord: 'http', slack: 'http' };
  if (transports.discord === 'http') discord.setInteractionsUrl(`${botUrl}/discord/interactions`);
  slack.transport = transports.slack;
  slack.eventsUrl = `${botUrl}/slack/events`;
  const catalogue = dodo.seedCatalogue();
  const { secret } = dodo.webhooks.addEndpoint({ url: `${botUrl}/webhooks/dodo` });

  const running = opened.move();
  return {
    dodo,
    openai,
    discord,
    slack,
    env: {
      DODO_PAYMENTS_API_KEY: dodo.apiKey,
      DODO_PAYMENTS_WEBHOOK_KEY: secret,
      DODO_PAYMENTS_BASE_URL: dodo.url,
      CATALOGUE_PATH: 'none',
      CREDIT_ENTITLEMENT_ID: catalogue.entitlementId,
      STARTER_PLAN_PRODUCT_ID: catalogue.starterProductId,
      PRO_PLAN_PRODUCT_ID: catalogue.proProductId,
      TOPUP_PRODUCT_ID: catalogue.topupProductId,
      OPENAI_API_KEY: 'sk-simulated',
      OPENAI_BASE_URL: `${openai.url}/v1`,
      PORT: String(botPort),
      BASE_URL: botUrl,
      APP_SECRET: 'the sandbox keeps nothing that is worth a secret',
      DATABASE_PATH: options.databasePath,
      DISCORD_TRANSPORT: transports.discord,
      DISCORD_TOKEN: discord.token,
      DISCORD_APPLICATION_ID: discord.applicationId,
      DISCORD_PUBLIC_KEY: discord.publicKey,
      DISCORD_API_URL: `${discord.url}/api`,
      SLACK_BOT_TOKEN: slack.settings.botToken,
      SLACK_SIGNING_SECRET: slack.settings.signingSecret,
      SLACK_API_URL: `${slack.url}/api/`,
      ...(transports.slack === 'socket' ? { SLACK_APP_TOKEN: slack.settings.appToken } : {}),
    },
    close: () => running.disposeAsync(),
  };
}
