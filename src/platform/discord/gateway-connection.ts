import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Events, type GatewayDispatchPayload, GatewayIntentBits, Options, Status } from 'discord.js';
import type { Log } from '../../core/log.ts';
import type { Millis } from '../../core/time.ts';
import { within } from '../../core/within.ts';
import { fatalFault, fatalLoginFault } from './gateway-faults.ts';
import { createSharding, HANDSHAKE_WITHIN } from './sharding.ts';

export interface GatewayConnectionOptions {
  token: string;
  /** Without the version. */
  apiUrl: string;
  /** Every event as Discord sent it. @param bot the bot's user id */
  onEvent(event: GatewayDispatchPayload, bot: string): void;
  /** Discord has ended an open connection for good; the error says what to do. */
  onFatal(error: Error): void;
  log: Log;
}

/** One stay at the gateway, over as many sockets as it takes. To be opened once and ended once. */
export interface GatewayConnection {
  /** Resolves when every shard is there. Throws GatewayFault when Discord refuses for good; anything else may pass. */
  open(): Promise<void>;
  /** The role that Discord made for the bot when it joined this server; null when it knows of none. */
  roleIn(guild: string): string | null;
  /** Every shard hears its events now. */
  isUp(): boolean;
  /** Nothing is heard from now on; resolves when the sockets are closed. Never throws. */
  end(): Promise<void>;
}

const HEARS: ReadonlySet<Status> = new Set([Status.Ready, Status.WaitingForGuilds]);
const RESTS: ReadonlySet<Status> = new Set([...HEARS, Status.Disconnected]);
const SETTLES_WITHIN: Millis = HANDSHAKE_WITHIN + 2_000;
const CLOSES_WITHIN: Millis = 2_000;
const LOOKS_EVERY: Millis = 20;
/** The events are read as they came, so little of what discord.js remembers of them is of use. */
const FEW = 100;

/** Connects discord.js's client. It comes back by itself after all but the fatal close codes, until it is ended. */
export function createGatewayConnection(options: GatewayConnectionOptions): GatewayConnection {
  const { token, log } = options;
  const sharding = createSharding(() => client.ws.shards);
  let isOpen = false;
  let isOver = false;
  let fault: Error | null = null;

  const client: Client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
    shards: 'auto',
    rest: { api: options.apiUrl, version: '10' },
    ws: { buildStrategy: sharding.buildStrategy },
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 0,
      UserManager: { maxSize: FEW, keepOverLimit: ({ id }) => id === client.user?.id },
      GuildMemberManager: { maxSize: FEW, keepOverLimit: ({ id }) => id === client.user?.id },
    }),
  });

  client.on(Events.Raw, (event: GatewayDispatchPayload) => {
    if (!isOver && client.user !== null) options.onEvent(event, client.user.id);
  });
  client.on(Events.ShardDisconnect, ({ code }, shard) => {
    fault ??= fatalFault(code) ?? new Error(`the gateway was closed with code ${code}`);
    log.error({ shard, code }, 'Discord has closed the gateway for good');
    if (isOpen && !isOver) options.onFatal(fault);
  });
  client.on(Events.ShardReconnecting, (shard) => log.warn({ shard }, 'the gateway was lost: connecting again'));
  client.on(Events.ShardResume, (shard, replayed) => log.info({ shard, replayed }, 'the gateway goes on'));
  client.on(Events.ShardReady, (shard) => log.info({ shard }, 'the gateway is open'));
  client.on(Events.ShardError, (error, shard) => log.warn({ shard, fault: String(error) }, 'the gateway made trouble'));
  client.on(Events.Error, (error) => log.error({ fault: String(error) }, 'discord.js made trouble'));
  client.on(Events.Warn, (warning) => log.warn({ warning }, 'discord.js warns'));

  function stop(): void {
    isOver = true;
    sharding.stop();
  }

  /** A socket that is only just being made cannot be closed by discord.js: it has to be made, or to fail, first. */
  async function settle(): Promise<void> {
    const isSettled = () => client.ws.shards.every(({ id, status }) => RESTS.has(status) || sharding.stopped.has(id));
    for (let waited = 0; !isSettled() && waited < SETTLES_WITHIN; waited += LOOKS_EVERY) await sleep(LOOKS_EVERY);
  }

  return {
    async open() {
      try {
        await client.login(token);
        isOpen = true;
      } catch (error) {
        stop();
        throw fault ?? fatalLoginFault(error) ?? error;
      }
    },
    roleIn(guild) {
      const roles = client.guilds.cache.get(guild)?.roles;
      return (client.user && roles?.botRoleFor(client.user)?.id) ?? null;
    },
    isUp() {
      const { shards } = client.ws;
      return isOpen && !isOver && shards.size > 0 && shards.every(({ status }) => HEARS.has(status));
    },
    async end() {
      if (isOver) return;
      stop();
      await settle();
      const gone = client.destroy().catch((error: unknown) => {
        log.warn({ fault: String(error) }, 'the gateway was not closed properly');
      });
      await within(gone, CLOSES_WITHIN);
    },
  };
}
