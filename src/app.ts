import { randomUUID } from 'node:crypto';
import { ask } from '../commands/ask.ts';
import { balance } from '../commands/balance.ts';
import { billing as billingCommand } from '../commands/billing.ts';
import { help } from '../commands/help.ts';
import { subscribe } from '../commands/subscribe.ts';
import { topup } from '../commands/topup.ts';
import type { Overrides } from './app-overrides.ts';
import type { Config, ConfigSecrets } from './config.ts';
import type { Moment, Rules } from './core/account/rules.ts';
import { createAsks } from './core/asks/asks.ts';
import { createHeartbeats } from './core/asks/heartbeats.ts';
import { createCatalogue } from './core/catalogue.ts';
import type { ChatUser } from './core/chat.ts';
import { createChatApp } from './core/chat-app.ts';
import type { Command } from './core/command.ts';
import { createCustomers } from './core/customers.ts';
import { createDodoBudget } from './core/dodo-budget.ts';
import { createDodoHeard } from './core/dodo-heard.ts';
import { createApplyEvent, waitingFor } from './core/events/apply-event.ts';
import { createBindCustomer } from './core/events/bind-customer.ts';
import { knownModels, unknownModel } from './core/models.ts';
import { createReadLedger } from './core/read-ledger.ts';
import { createShop } from './core/shop.ts';
import { createStatements, type Statement } from './core/statement.ts';
import { createStoreIdentity } from './core/store-identity.ts';
import { type Millis, SECOND } from './core/time.ts';
import { createWalletView } from './core/wallet-view.ts';
import { createWallets } from './core/wallets.ts';
import { within } from './core/within.ts';
import { createPlatforms } from './platforms.ts';
import { createSecrets } from './ports/crypto/secrets.ts';
import { createDodoBilling } from './ports/dodo/dodo-billing.ts';
import { createPinoLog } from './ports/log/pino-log.ts';
import { createPrometheusMetrics } from './ports/metrics/prometheus.ts';
import { createTokenCounter } from './ports/openai/count-tokens.ts';
import { createOpenAiModel } from './ports/openai/openai-model.ts';
import { createSqliteStore } from './ports/store/sqlite/sqlite-store.ts';
import { createDodoWebhook } from './web/dodo-webhook.ts';
import { createHealth } from './web/health.ts';
import { createPaidPage, PAID_PATH } from './web/paid-page.ts';
import { createWebServer, type WebServer } from './web/web-server.ts';
import { createCancelWorker } from './workers/cancel-subscription.ts';
import { createDebitWorker } from './workers/debit.ts';
import { createHousekeeping } from './workers/housekeeping.ts';
import { createInboxWorker } from './workers/inbox.ts';
import { createLapseWorker } from './workers/lapse.ts';
import { createMeter } from './workers/meter.ts';
import { createNoticesWorker } from './workers/notices.ts';
import { createReconcileWorker } from './workers/reconcile.ts';
import { createWorkers } from './workers/workers.ts';

/** Every slash command, in the order in which members see them. */
export const COMMANDS: readonly Command[] = [ask, subscribe, topup, balance, billingCommand, help];

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

/** No member is kept waiting longer for a link. */
const BILLING_TIMEOUT: Millis = 8 * SECOND;

/**
 * Builds every part, once, in order, and starts them.
 * @throws Error saying what is in the way: the store's lock or owner, a port in use
 */
export async function createApp(config: Config, secret: ConfigSecrets, overrides: Overrides = {}): Promise<App> {
  await using opened = new AsyncDisposableStack();
  const clock = overrides.clock ?? Date.now;
  const log = overrides.log ?? createPinoLog('info');
  // A store on SQLite has one process, which finds its own leases again after a crash.
  const owner = 'the only process';
  const fatal = Promise.withResolvers<Error>();

  const secrets = createSecrets({
    current: secret.appSecret,
    ...(secret.appSecretPrevious === null ? {} : { previous: secret.appSecretPrevious }),
  });
  const store = await createSqliteStore({
    path: config.databasePath,
    now: clock,
    onWarning: (warning) => log.warn({ warning }, 'the store warns'),
  });
  opened.defer(() => store.close());
  const identity = createStoreIdentity(store);
  await identity.confirm({
    dodo_environment: config.dodo.environment,
    credit_entitlement_id: config.catalogue.entitlementId,
  });

  const metrics = createPrometheusMetrics({
    depths: () => store.depths(),
    runningAsks: () => asks.running(),
    now: clock,
  });
  const heard = createDodoHeard(store, clock);
  const billing = createDodoBilling({
    apiKey: secret.dodoApiKey,
    webhookKey: secret.dodoWebhookKey,
    environment: config.dodo.environment,
    ...(config.dodo.baseUrl === null ? {} : { baseUrl: config.dodo.baseUrl }),
    entitlementId: config.catalogue.entitlementId,
    clock,
    log,
    timeoutMs: overrides.billingTimeoutMs ?? BILLING_TIMEOUT,
    budget: createDodoBudget(store, clock, config.dodo.callsPerMinute),
    onHeard: () => heard.note(),
  });
  const model = createOpenAiModel({
    apiKey: secret.openaiApiKey,
    ...(config.openai.baseUrl === null ? {} : { baseUrl: config.openai.baseUrl }),
    ...(overrides.modelTimeoutMs === undefined
      ? {}
      : { timeoutMs: overrides.modelTimeoutMs, idleTimeoutMs: overrides.modelTimeoutMs }),
    log,
  });
  const count = await createTokenCounter();

  const rules: Rules = {
    catalogue: createCatalogue(config.catalogue),
    maxAsksPerAccount: config.maxAsksPerAccount,
    asksPerMinute: config.memberAsksPerMinute,
    balanceMaxAgeMs: config.balanceMaxAge * SECOND,
    settleWithoutPlan: config.settleWithoutPlan,
    usageGatherMs: overrides.usageGatherMs ?? 10 * SECOND,
    overageCapCents: 5_000,
    hash: (text) => secrets.hash(text),
  };
  const modelName = config.openai.model;
  const modelRules = config.openai.modelRules[modelName] ?? knownModels[modelName] ?? unknownModel;
  const moment = (): Moment => ({ now: clock(), dodoNow: billing.now() });

  const wallets = createWallets({ store, clock, metrics, log, onRows: (topics) => workers.nudge(topics) });
  const customers = createCustomers({ store, wallets, clock });
  const heartbeats = createHeartbeats({ store, clock, log, metrics });
  opened.defer(() => heartbeats.close());
  const asks = createAsks({
    wallets,
    store,
    model,
    count,
    modelName,
    modelRules,
    rules,
    moment,
    heard,
    heartbeats,
    secrets,
    log,
    ...(overrides.askDeadlineMs === undefined ? {} : { deadlineMs: overrides.askDeadlineMs }),
  });
  const shop = createShop({
    wallets,
    billing,
    secrets,
    rules,
    clock,
    newNonce: randomUUID,
    returnUrl: `${config.baseUrl}${PAID_PATH}`,
  });
  const wallet = createWalletView({ wallets, rules, moment });
  const statements = createStatements({ wallets, store, view: wallet, hash: rules.hash });
  const chat = createChatApp({
    commands: COMMANDS,
    services: {
      asks,
      shop,
      wallet,
      rules,
      brand: config.brand,
      specs: COMMANDS,
      within,
    },
    log,
    metrics,
  });

  const web: WebServer = createWebServer(log);
  const platforms = createPlatforms({
    config,
    secret,
    secrets,
    store,
    host: web.express,
    chat,
    clock,
    log,
    overrides,
    owner,
    onFatal: (error) => fatal.resolve(error),
  });
  opened.defer(() => platforms.close());

  const readLedger = createReadLedger({ wallets, billing, rules, moment });
  const workerDeps = { store, clock, log, metrics };
  const bindCustomer = createBindCustomer({
    billing,
    wallets,
    customers,
    secrets,
    rules,
    moment,
    async onBound(customerId) {
      await store.wake(waitingFor(customerId), clock());
      workers.nudge(new Set(['inbox']));
    },
  });
  const applyEvent = createApplyEvent({
    store,
    wallets,
    customers,
    bindCustomer,
    rules,
    moment,
    businessId: () => identity.known('dodo_business_id'),
  });
  const { messengers } = platforms;
  const workers = createWorkers({
    rows: [
      createInboxWorker({ ...workerDeps, billing, secrets, applyEvent, customers }),
      createReconcileWorker({ ...workerDeps, wallets, readLedger }),
      createNoticesWorker({ ...workerDeps, wallets, messengers, brand: config.brand }),
      createDebitWorker({ ...workerDeps, wallets, billing, readLedger, newDebitId: randomUUID }),
      createLapseWorker({ ...workerDeps, wallets, messengers, secrets, modelRules, rules, moment }),
      createCancelWorker({ ...workerDeps, billing }),
    ],
    meter: createMeter({
      ...workerDeps,
      wallets,
      billing,
      gatherMs: rules.usageGatherMs,
      newBatchId: randomUUID,
      owner,
    }),
    housekeeping: createHousekeeping({
      ...workerDeps,
      billing,
      heard,
      balanceMaxAgeMs: rules.balanceMaxAgeMs,
      onBusiness: (businessId) => identity.confirm({ dodo_business_id: businessId }),
      owner,
    }),
  });
  opened.defer(() => workers.stop());

  web.mount([
    ...platforms.routers,
    createDodoWebhook({
      billing,
      store,
      secrets,
      heard,
      clock,
      metrics,
      log,
      onStored: () => workers.nudge(new Set(['inbox'])),
    }),
    createPaidPage(config.brand.name),
    createHealth([{ name: 'store', check: () => store.check() }, ...platforms.checks], metrics),
  ]);
  const url = await web.listen(config.port);
  opened.defer(() => web.close());
  workers.start();
  platforms.start();
  log.info(
    { url, platforms: [...messengers.keys()], model: modelName, store: config.databasePath },
    'tallybot is ready',
  );

  const running = opened.move();
  return {
    url,
    settle: () => workers.settle(),
    statement: (of) => statements.of(of),
    fatal: fatal.promise,
    async close() {
      web.stopAccepting();
      const impatience = setTimeout(() => asks.interruptAll(), FINISH_WITHIN);
      const ended = await within(Promise.all([platforms.close(), workers.stop()]), GIVE_UP_AFTER);
      clearTimeout(impatience);
      if (ended !== 'late') return running.disposeAsync();
      // What is not settled by now lapses, and the next start closes it.
      log.warn({ asks: asks.running() }, 'something outside does not answer; ending without waiting for it');
      heartbeats.close();
      await web.close();
      await store.close();
    },
  };
}
