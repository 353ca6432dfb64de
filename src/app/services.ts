import { randomUUID } from 'node:crypto';
import { account } from '../../commands/account.ts';
import { alerts } from '../../commands/alerts.ts';
import { apikey } from '../../commands/apikey.ts';
import { ask } from '../../commands/ask.ts';
import { balance } from '../../commands/balance.ts';
import { billing as billingCommand } from '../../commands/billing.ts';
import { help } from '../../commands/help.ts';
import { linkCommand } from '../../commands/link.ts';
import { plan } from '../../commands/plan.ts';
import { createSubscribe } from '../../commands/subscribe.ts';
import { createTopup } from '../../commands/topup.ts';
import { usage as usageCommand } from '../../commands/usage.ts';
import type { Config } from '../config/config.ts';
import type { Moment, Rules } from '../core/account/rules.ts';
import { type ApiAsks, createApiAsks } from '../core/asks/api-asks.ts';
import type { Asks } from '../core/asks/ask.ts';
import { createAsks } from '../core/asks/asks.ts';
import { countRefusals } from '../core/asks/count-refusals.ts';
import type { DailyTokens } from '../core/asks/daily-tokens.ts';
import { createHeartbeats, type Heartbeats } from '../core/asks/heartbeats.ts';
import { createStopRequests } from '../core/asks/stop-requests.ts';
import { createPaymentLook } from '../core/buying/payment-look.ts';
import { createShop } from '../core/buying/shop.ts';
import { createSubscribing, type Subscribing } from '../core/buying/subscribe.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { createAlertSettings } from '../core/chat/alert-settings.ts';
import type { ChatApp } from '../core/chat/chat.ts';
import { createChatApp } from '../core/chat/chat-app.ts';
import type { Command, Services } from '../core/chat/command.ts';
import type { Metrics } from '../core/metrics.ts';
import { knownModels, type ModelRules, unknownModel } from '../core/models.ts';
import { createPlans } from '../core/plans/plans.ts';
import { createReadSubscription } from '../core/plans/read-subscription.ts';
import type { Topic } from '../core/store.ts';
import { createStatements, type Statements } from '../core/usage/statement.ts';
import { createUsage } from '../core/usage/usage.ts';
import { type AccountsOfUsers, createAccountsOfUsers } from '../core/wallets/accounts-of-users.ts';
import { type ApiKeys, createApiKeys } from '../core/wallets/api-keys.ts';
import { createLinking } from '../core/wallets/linking.ts';
import { createWalletView } from '../core/wallets/wallet-view.ts';
import { createWallets, type Wallets } from '../core/wallets/wallets.ts';
import { within } from '../core/within.ts';
import { newApiKey } from '../ports/crypto/api-key.ts';
import { newLinkCode } from '../ports/crypto/link-code.ts';
import { newKey } from '../ports/crypto/new-key.ts';
import { CLAIM_PATH } from '../web/claim-page.ts';
import { PAID_PATH } from '../web/paid-page.ts';
import { createDoor } from './account-door.ts';
import type { Overrides } from './app-overrides.ts';
import { type BillingEvents, createBillingEvents } from './billing-events.ts';
import { createOperatorLimits } from './operator-limits.ts';
import type { Outside } from './outside.ts';
import { createRules } from './rules.ts';
import { createSealedEntries } from './sealed-entries.ts';

/** @returns every slash command, in the order in which members see them */
export function commandsFor(catalogue: Catalogue): readonly Command[] {
  return [
    ask,
    createSubscribe(catalogue),
    createTopup(catalogue),
    balance,
    usageCommand,
    plan,
    billingCommand,
    alerts,
    linkCommand,
    account,
    apikey,
    help,
  ];
}

/** What members use, and what stands behind it. */
export interface AppServices {
  rules: Rules;
  modelName: string;
  modelRules: ModelRules;
  moment(): Moment;
  wallets: Wallets;
  users: AccountsOfUsers;
  heartbeats: Heartbeats;
  daily: DailyTokens;
  asks: Asks;
  apiKeys: ApiKeys;
  apiAsks: ApiAsks;
  subscribing: Subscribing;
  statements: Statements;
  events: BillingEvents;
  chat: ChatApp;
  /** What a member may use, in chat and on the account page. */
  member: Services;
}

/** @param onRows rows of these topics were written: their workers need not wait */
export function createServices(
  outside: Outside,
  config: Config,
  overrides: Overrides,
  metrics: Metrics,
  onRows: (topics: ReadonlySet<Topic>) => void,
): AppServices {
  const { store, clock, log, secrets, billing } = outside;
  const rules = createRules(config, (text) => secrets.hash(text), overrides.usageGatherMs);
  const modelName = config.openai.model;
  const modelRules = config.openai.modelRules[modelName] ?? knownModels[modelName] ?? unknownModel;
  const moment = (): Moment => ({ now: clock(), dodoNow: billing.now() });

  const wallets = createWallets({ store, clock, metrics, log, onRows });
  const heartbeats = createHeartbeats({ store, clock, log, metrics });
  const users = createAccountsOfUsers({ wallets, hash: rules.hash, clock });
  const { closedTo, daily, admission } = createOperatorLimits(outside, config, metrics);
  const asksUncounted = createAsks({
    admission,
    daily,
    systemPrompt: config.openai.systemPrompt,
    wallets,
    users,
    store,
    model: outside.model,
    count: outside.count,
    modelName,
    modelRules,
    rules,
    newId: randomUUID,
    moment,
    heard: outside.heard,
    heartbeats,
    secrets,
    metrics,
    stops: outside.opened.isShared ? createStopRequests(store, clock) : null,
    log,
    ...(overrides.askDeadlineMs === undefined ? {} : { deadlineMs: overrides.askDeadlineMs }),
  });
  const asks = countRefusals(asksUncounted, metrics);
  const shop = createShop({
    store,
    wallets,
    users,
    billing,
    secrets,
    rules,
    clock,
    newNonce: randomUUID,
    returnUrl: `${config.baseUrl}${PAID_PATH}`,
  });
  const alertSettings = createAlertSettings({ users, rules });
  const linking = createLinking({
    store,
    wallets,
    users,
    codes: createSealedEntries(outside, 'link-codes'),
    secrets,
    hash: rules.hash,
    clock,
    newCode: newLinkCode,
  });
  const apiKeys = createApiKeys({ store, wallets, users, hash: rules.hash, clock, newKey: newApiKey });
  const wallet = createWalletView({ users, rules, moment });
  const apiAsks = createApiAsks({
    asks,
    view: wallet,
    answers: createSealedEntries(outside, 'answers'),
    modelName,
    rules,
    clock,
  });
  const subscribing = createSubscribing({
    store,
    wallets,
    users,
    shop,
    apiKeys,
    linking,
    catalogue: rules.catalogue,
    hash: rules.hash,
    clock,
    log,
    newKey,
    mostCallsAMinute: Math.max(1, Math.floor(config.dodo.callsPerMinute / 4)),
    claimUrl: `${config.baseUrl}${CLAIM_PATH}`,
  });
  const events = createBillingEvents(outside, { wallets, rules, moment }, onRows);
  const payments = createPaymentLook({ ...events, users, wallets, billing, store, clock });
  const readSubscription = createReadSubscription({ wallets, billing, rules, moment });
  const plans = createPlans({ users, wallets, billing, readSubscription, store, rules, clock });
  const commands = commandsFor(rules.catalogue);
  const member: Services = {
    asks,
    shop,
    wallet,
    payments,
    plans,
    usage: createUsage({ wallets, users, store, rules, moment }),
    alerts: alertSettings,
    closedTo,
    linking,
    apiKeys,
    accountDoor: createDoor(outside, config),
    rules,
    brand: config.brand,
    specs: commands,
    within,
  };
  const chat = createChatApp({ commands, services: member, clock, log, metrics });
  const statements = createStatements({ wallets, store, view: wallet, users });
  return {
    rules,
    modelName,
    modelRules,
    moment,
    wallets,
    users,
    heartbeats,
    daily,
    asks,
    apiKeys,
    apiAsks,
    subscribing,
    statements,
    events,
    chat,
    member,
  };
}
