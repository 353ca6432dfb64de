import type { Overrides } from './app/app-overrides.ts';
import { createBackground } from './app/background.ts';
import { createDurabilityCheck } from './app/durability-check.ts';
import { createOpsDeps, opsSocketPath } from './app/ops-deps.ts';
import { openOutside } from './app/outside.ts';
import { createPlatforms } from './app/platforms.ts';
import { createServices } from './app/services.ts';
import type { Config, ConfigSecrets } from './config/config.ts';
import { ACCOUNT_PATH } from './core/account-page/door.ts';
import type { ChatUser } from './core/chat/chat.ts';
import { readSweepProgress } from './core/sweep/progress.ts';
import { type Millis, SECOND } from './core/time.ts';
import type { Statement } from './core/usage/statement.ts';
import { within } from './core/within.ts';
import { createPrometheusMetrics, type PrometheusSources } from './ports/metrics/prometheus.ts';
import { createApiRouter } from './web/api/api-router.ts';
import { createClaimPage } from './web/claim-page.ts';
import { createDodoWebhook } from './web/dodo-webhook.ts';
import { createHealth, runChecks } from './web/health.ts';
import { createLazyRouter } from './web/lazy-router.ts';
import { createOpsSocket } from './web/ops-socket.ts';
import { createPaidPage } from './web/paid-page.ts';
import { createWebServer } from './web/web-server.ts';
import { createArrivals } from './workers/arrivals.ts';

export interface App {
  /** Where it listens, on this machine. */
  url: string;
  /** Does everything that is due now, in every worker, until nothing is. */
  settle(): Promise<void>;
  /** A member's wallet with everything that was booked on it. */
  statement(of: ChatUser): Promise<Statement>;
  /** Resolves when a platform refuses for good, with what to do about it; the process is then to end. */
  fatal: Promise<Error>;
  /** Takes no more work, finishes or interrupts what runs within 10 s, and closes everything. */
  close(): Promise<void>;
}

/** Running asks may finish for this long when the process is asked to end; then they are interrupted. */
const FINISH_WITHIN: Millis = 6 * SECOND;

/** An outside service that hangs is not waited for any longer than this when the process is asked to end. */
const GIVE_UP_AFTER: Millis = 8 * SECOND;

/**
 * The composition root: builds every part, once, in order, and starts what this process's roles ask for.
 * @throws Error saying what is in the way: the store's lock or owner, a port in use
 */
export async function createApp(config: Config, secret: ConfigSecrets, overrides: Overrides = {}): Promise<App> {
  await using opened = new AsyncDisposableStack();
  const fatal = Promise.withResolvers<Error>();
  const clock = overrides.clock ?? Date.now;
  const sources: PrometheusSources = {
    depths: () => store.depths(),
    running: () => ({ asks: asks.running(), heldTokens: asks.heldTokens() }),
    isDurable: () => durability.isDurable(),
    lastSweep: async () => (await readSweepProgress(store)).last,
    ready: () => runChecks(checks),
    now: clock,
  };
  const metrics = createPrometheusMetrics(sources, [config.openai.model]);
  const outside = await openOutside(config, secret, { ...overrides, clock }, metrics, opened);
  const { store, log } = outside;
  const durability = createDurabilityCheck(outside.opened, config.isUnsafeStoreAccepted, clock);
  const services = createServices(outside, config, overrides, metrics, (topics) => workers.nudge(topics));
  const { asks, heartbeats } = services;
  opened.defer(() => heartbeats.close());

  const web = createWebServer(log, clock, config.trustedProxies);
  const platforms = await createPlatforms({
    config,
    secret,
    outside,
    host: web.express,
    chat: services.chat,
    metrics,
    overrides,
    onFatal: (error) => fatal.resolve(error),
  });
  opened.defer(() => platforms.close());
  const { messengers } = platforms;
  const arrivals = createArrivals(clock);
  const workers = createBackground({ outside, services, metrics, messengers, brand: config.brand, arrivals });
  opened.defer(() => workers.stop());

  const isWeb = config.roles.has('web');
  const webhook = createDodoWebhook({
    ...outside,
    metrics,
    onStored() {
      arrivals.note();
      workers.nudge(new Set(['inbox']));
    },
  });
  const checks = [{ name: 'store', check: () => store.check() }, durability, ...platforms.checks];
  web.mount([
    ...(isWeb
      ? [
          // First: a burst of them is the most that comes at once.
          webhook,
          ...platforms.routers,
          createPaidPage(config),
          createLazyRouter(ACCOUNT_PATH, async () => {
            const { createAccountPage } = await import('./app/account-page.ts');
            return createAccountPage(outside, services, config);
          }),
          createClaimPage({
            ...services,
            ...services.member,
            door: services.member.accountDoor,
            log,
            baseUrl: config.baseUrl,
          }),
          createApiRouter({
            ...services,
            ...services.member,
            clock,
            log,
            brandName: config.brand.name,
            baseUrl: config.baseUrl,
          }),
        ]
      : []),
    createHealth(checks, metrics),
  ]);
  if (!outside.opened.isShared) {
    const deps = createOpsDeps({ ...outside, ...services });
    const socket = createOpsSocket({
      path: opsSocketPath(config.databasePath),
      run: async (request) => (await import('./core/ops/all-ops.ts')).runOp(deps, request),
      log,
    });
    opened.defer(() => socket.close());
    await socket.listen();
  }
  const url = await web.listen(config.port);
  opened.defer(() => web.close());
  if (config.roles.has('worker')) workers.start();
  if (config.roles.has('bot')) platforms.start();
  log.info(
    {
      url,
      roles: [...config.roles],
      platforms: [...messengers.keys()],
      model: services.modelName,
      store: outside.opened.description,
    },
    'tallybot is ready',
  );
  // What the start did not wait for. Loaded at its first use it could be of a version that was installed meanwhile.
  const behind = Promise.allSettled([import('./app/account-page.ts'), import('./core/ops/all-ops.ts')]);
  opened.defer(async () => {
    await behind;
  });

  const running = opened.move();
  return {
    url,
    settle: () => workers.settle(),
    statement: (of) => services.statements.of(of),
    fatal: fatal.promise,
    async close() {
      web.stopAccepting();
      const impatience = setTimeout(() => asks.interruptAll(), FINISH_WITHIN);
      const ended = await within(Promise.all([platforms.close(), workers.stop(), web.close()]), GIVE_UP_AFTER);
      clearTimeout(impatience);
      if (ended !== 'late') return running.disposeAsync();
      // What is not settled by now lapses, and the next start closes it.
      log.warn({ asks: asks.running() }, 'something outside does not answer; ending without waiting for it');
      heartbeats.close();
      await web.close();
      await outside.opened.close();
    },
  };
}
