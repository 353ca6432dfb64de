import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { startHttpServer } from '../http-server.ts';
import { createChanges } from './changes.ts';
import { dmChannelOf } from './dm-channel.ts';
import type { Controls } from './gateway/controls.ts';
import { createGateway } from './gateway/gateway.ts';
import { createHttpDelivery, type EndpointAnswer } from './http-delivery.ts';
import { createMember, type Member } from './people/member.ts';
import { createUser } from './people/users.ts';
import type { VisibleMessage } from './people/visible-message.ts';
import { createProbes, type Probes } from './probes.ts';
import { createRestApp } from './rest/app.ts';
import { createFaultQueue, type DiscordFaults } from './rest/faults.ts';
import { createRateLimits } from './rest/rate-limits.ts';
import { createSigner } from './signing.ts';
import { createSnowflakes } from './snowflake.ts';
import {
  clearStore,
  createStore,
  type DiscordStore,
  defaultApplicationSettings,
  type SimApplicationSettings,
  type SimChannel,
  type SimGuild,
  type SimPerson,
  type StoredInteraction,
  type World,
} from './world.ts';

/** How to start the simulator. */
export interface DiscordSimulatorOptions {
  /** 0 (the default) takes a free port. */
  port?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds on the clock that rate limits are counted on; real time by default, since clients wait in real time. */
  elapsed?: () => number;
  applicationId?: string;
  applicationName?: string;
  /** The bot token. */
  token?: string;
  /** Where interactions are posted to; can be set later. */
  interactionsUrl?: string;
  rateLimits?: 'real' | 'off';
  /** How long the app may take for its first answer (default 3000 ms, Discord's own). */
  acknowledgeWithinMs?: number;
  /** How often gateway clients are to send a heartbeat (default 41250 ms, Discord's own). */
  heartbeatIntervalMs?: number;
}

/** What a person is like; names and settings have defaults. */
interface MemberTraits {
  name?: string;
  /** Whether they take DMs from the bot. */
  dms?: SimPerson['dms'];
  /** Whether they use the app through a guild, or have installed it for themselves. */
  installed?: SimPerson['installed'];
  locale?: string;
}

/**
 * A running simulator of Discord. discord.js reaches it with `new REST({ api: `${url}/api`, version: '10' })`, and the
 * gateway with `new Client({ rest: { api: `${url}/api` } })`.
 */
export interface DiscordSimulator {
  url: string;
  /** Hex. */
  publicKey: string;
  applicationId: string;
  token: string;
  store: DiscordStore;
  faults: DiscordFaults;
  gateway: Controls;
  probes: Probes;
  /** The guild and channel that are there from the start. */
  home: { guildId: string; channelId: string };
  /** `off` lets every call pass; the headers stay. */
  rateLimits: { mode: 'real' | 'off' };
  /** What the app's owner has set; may be changed at any time. */
  applicationSettings: SimApplicationSettings;
  /** While there is one, interactions go there and none to the gateway. */
  setInteractionsUrl(url: string | null): void;
  guild(traits?: Partial<SimGuild>): SimGuild;
  /** A text channel, in the home guild unless said otherwise. */
  channel(traits?: Partial<Omit<SimChannel, 'recipientId'>>): SimChannel;
  /** The person with this id, made on first use; traits given later change them. */
  member(id?: string, traits?: MemberTraits): Member;
  /** The messages of the bot's DM with a person, oldest first. */
  dms(userId: string): VisibleMessage[];
  /** Waits until the DMs fulfil a condition. @throws Error after `timeoutMs` (default 15000) with what was there */
  waitForDms(
    userId: string,
    condition: (dms: VisibleMessage[]) => boolean,
    timeoutMs?: number,
  ): Promise<VisibleMessage[]>;
  /** Brings an interaction or a message to the app once more, by its id. @throws Error when there is none */
  redeliver(id: string): Promise<void>;
  /** Sends the endpoint a rightly signed PING. */
  ping(): Promise<EndpointAnswer>;
  /** Forgets everything but the app itself, and turns every fault off. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * Starts the simulator on 127.0.0.1.
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function createDiscordSimulator(options: DiscordSimulatorOptions = {}): Promise<DiscordSimulator> {
  const now = options.now ?? Date.now;
  const newId = createSnowflakes(now);
  const signer = createSigner();
  const applicationId = options.applicationId ?? newId();
  const name = options.applicationName ?? 'tallybot';
  const world: World = {
    store: createStore(),
    application: {
      id: applicationId,
      name,
      token: options.token ?? `sim.${randomBytes(24).toString('base64url')}`,
      bot: createUser(applicationId, name, true),
      publicKey: signer.publicKey,
      interactionsUrl: options.interactionsUrl ?? null,
      settings: defaultApplicationSettings(),
    },
    changes: createChanges(),
    now,
    newId,
    newToken: () => randomBytes(48).toString('base64url'),
    announceMessage: (event, stored) => gateway.message(event, stored),
    gatewayInformation: () => gateway.information(),
    verifyEndpoint: (url) => delivery.verify(url),
    filesUrl: () => `${server.url}/attachments`,
    acknowledgeWithinMs: options.acknowledgeWithinMs ?? 3_000,
  };
  const faults = createFaultQueue();
  const elapsed = options.elapsed ?? (() => performance.now());
  const rateLimits = createRateLimits(elapsed, now);
  rateLimits.mode = options.rateLimits ?? 'real';
  const delivery = createHttpDelivery(world, signer);
  const gateway = createGateway({ world, elapsed, heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250 });
  const send = (interaction: StoredInteraction) =>
    world.application.interactionsUrl === null ? gateway.deliver(interaction) : delivery.deliver(interaction);
  const home = { guildId: newId(), channelId: newId() };
  const members = new Map<string, Member>();

  function guild(traits: Partial<SimGuild> = {}): SimGuild {
    const made: SimGuild = {
      id: newId(),
      name: 'Guild',
      locale: 'en-US',
      botInstalled: true,
      botRole: newId(),
      externalApps: true,
      ...traits,
    };
    world.store.guilds.set(made.id, made);
    gateway.guild(made);
    return made;
  }

  function channel(traits: Partial<Omit<SimChannel, 'recipientId'>> = {}): SimChannel {
    const defaults: SimChannel = {
      id: newId(),
      name: 'channel',
      guildId: home.guildId,
      recipientId: null,
      botAccess: 'full',
    };
    const made = { ...defaults, ...traits };
    world.store.channels.set(made.id, made);
    return made;
  }

  function furnish(): void {
    guild({ id: home.guildId, name: 'Home' });
    channel({ id: home.channelId, name: 'general' });
  }

  function member(id: string = newId(), traits: MemberTraits = {}): Member {
    const { name: called, ...settings } = traits;
    const known = members.get(id);
    if (known) {
      Object.assign(known.person, settings);
      if (called) Object.assign(known.person.user, createUser(id, called));
      return known;
    }
    const person: SimPerson = {
      user: createUser(id, called ?? `member ${id.slice(-4)}`),
      dms: 'open',
      installed: 'guild',
      locale: 'en-US',
      ...settings,
    };
    world.store.people.set(id, person);
    const made = createMember({ world, send, home }, person);
    members.set(id, made);
    return made;
  }

  furnish();
  const server = await startHttpServer(createRestApp({ world, faults, rateLimits }), options.port);
  gateway.attach(server.server, server.url);
  const probes = createProbes(world, delivery);
  const dms = (userId: string) => member(userId).dms();
  return {
    url: server.url,
    publicKey: signer.publicKey,
    applicationId,
    token: world.application.token,
    store: world.store,
    faults,
    gateway: gateway.controls,
    probes,
    home,
    rateLimits,
    applicationSettings: world.application.settings,
    setInteractionsUrl(url) {
      world.application.interactionsUrl = url;
    },
    guild,
    channel,
    member,
    dms,
    waitForDms(userId, condition, timeoutMs = 15_000) {
      dmChannelOf(world, userId);
      const probe = () => {
        const there = dms(userId);
        return condition(there) ? there : undefined;
      };
      const describe = () => `the DMs were ${JSON.stringify(dms(userId).map(({ content }) => content))}`;
      return world.changes.until(probe, timeoutMs, describe);
    },
    async redeliver(id) {
      const interaction = world.store.interactions.get(id);
      const message = world.store.messages.get(id);
      const isHttp = world.application.interactionsUrl !== null;
      if (interaction !== undefined) await (isHttp ? probes.again(interaction) : gateway.deliver(interaction));
      else if (message !== undefined) gateway.message('MESSAGE_CREATE', message);
      else throw new Error(`expected an interaction or a message of the simulator, got ${id}`);
    },
    ping: probes.ping,
    reset() {
      clearStore(world.store);
      members.clear();
      Object.assign(world.application.settings, defaultApplicationSettings());
      faults.reset();
      rateLimits.reset();
      gateway.reset();
      furnish();
    },
    async close() {
      delivery.end();
      gateway.close();
      world.changes.end();
      await server.close();
    },
  };
}
