import type { FileSystemOf } from '../../app/look-at-store.ts';
import { commandsFor } from '../../app/services.ts';
import type { ReadConfiguration } from '../../config/read-configuration.ts';
import type { Log } from '../../core/log.ts';
import { type Clock, SECOND } from '../../core/time.ts';
import { createDodoAccount, worksElsewhere } from '../../ports/dodo/dodo-account.ts';
import { createDodoSetup } from '../../ports/dodo/setup/dodo-setup.ts';
import { readSettings } from '../provision/settings.ts';
import { addressCheck } from './address-check.ts';
import type { Check } from './check.ts';
import { configurationCheck } from './configuration-check.ts';
import { discordChecks } from './discord-checks.ts';
import { dodoChecks } from './dodo-checks.ts';
import { modelCheck } from './model-check.ts';
import { slackChecks } from './slack-checks.ts';
import { storeCheck } from './store-check.ts';

/** What a test has of its own. */
export interface Surroundings {
  clock?: Clock;
  fileSystemOf?: FileSystemOf;
  /** Where Dodo's other environment is. */
  otherDodoUrl?: string;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Each call's; a check makes few. */
const DODO_TIMEOUT = 8 * SECOND;

/** Every check, in the order in which an operator sets things up. */
export function allChecks(read: ReadConfiguration, surroundings: Surroundings): Check[] {
  const { config, secrets, unusable } = read;
  const { clock = Date.now } = surroundings;
  const account = {
    apiKey: secrets.dodoApiKey,
    environment: config.dodo.environment,
    ...(config.dodo.baseUrl === null ? {} : { baseUrl: config.dodo.baseUrl }),
    clock,
    log: silent,
  };
  const dodo = dodoChecks({
    dodo: createDodoAccount(account),
    port: createDodoSetup({ ...account, timeoutMs: DODO_TIMEOUT }),
    things: readSettings({ ...read.env, BASE_URL: config.baseUrl }),
    environment: config.dodo.environment,
    async isOfOther() {
      const { baseUrl, ...others } = account;
      if (surroundings.otherDodoUrl !== undefined)
        return worksElsewhere({ ...others, baseUrl: surroundings.otherDodoUrl });
      const environment = account.environment === 'test_mode' ? 'live_mode' : 'test_mode';
      return baseUrl === undefined && worksElsewhere({ ...others, environment });
    },
    webhookKey: secrets.dodoWebhookKey,
  });
  return [
    configurationCheck(read),
    ...dodo.checks,
    modelCheck({ openai: config.openai, apiKey: secrets.openaiApiKey, clock }),
    ...discordChecks({
      discord: config.discord,
      token: secrets.discordToken,
      baseUrl: config.baseUrl,
      commands: commandsFor(config.catalogue),
    }),
    ...slackChecks({ slack: config.slack, secrets, log: silent }),
    storeCheck({
      config,
      secrets,
      entitlementId: unusable.has('CREDIT_ENTITLEMENT_ID') ? null : config.catalogue.entitlementId,
      businessId: () => (unusable.has('DODO_PAYMENTS_API_KEY') ? Promise.resolve(null) : dodo.businessId()),
      fileSystemOf: surroundings.fileSystemOf,
    }),
    addressCheck(config),
  ];
}
