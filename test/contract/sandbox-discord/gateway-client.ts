import { Client, type ClientOptions, Events, GatewayIntentBits, Partials } from 'discord.js';
import { onTestFinished, vi } from 'vitest';
import {
  createDiscordSimulator,
  type DiscordSimulator,
  type DiscordSimulatorOptions,
} from '../../../src/sandbox/discord/simulator.ts';

export const PLAIN_INTENTS =
  GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | GatewayIntentBits.DirectMessages;

/** A simulator whose limits run on the clock that `passTime` moves, for discord.js as well. */
export async function startGateway(options: DiscordSimulatorOptions = {}) {
  const realNow = Date.now;
  let passed = 0;
  const now = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + passed);
  const sim = await createDiscordSimulator({ now: Date.now, elapsed: Date.now, ...options });
  onTestFinished(async () => {
    await sim.close();
    now.mockRestore();
  });
  return {
    sim,
    passTime(ms: number) {
      passed += ms;
    },
  };
}

/** An unmodified discord.js client, not yet logged in, and all that it heard of the given events. */
export function createClient(sim: DiscordSimulator, options: Partial<ClientOptions> = {}) {
  const client = new Client({
    intents: PLAIN_INTENTS,
    partials: [Partials.Channel],
    rest: { api: `${sim.url}/api` },
    ...options,
  });
  const closes: number[] = [];
  client.on(Events.ShardDisconnect, ({ code }) => closes.push(code));
  // discord.js throws what nobody listens to.
  client.on(Events.ShardError, () => {});
  client.on(Events.Error, () => {});
  onTestFinished(() => client.destroy());
  return { client, closes };
}

/** Logged in, and told of its guilds. */
export async function login(sim: DiscordSimulator, options: Partial<ClientOptions> = {}) {
  const made = createClient(sim, options);
  const ready = new Promise<void>((resolve) => made.client.once(Events.ClientReady, () => resolve()));
  await made.client.login(sim.token);
  await ready;
  return made;
}
