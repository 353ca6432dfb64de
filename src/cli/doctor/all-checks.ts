import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/time.ts';
import type { FileSystemOf } from '../../look-at-store.ts';
import { createDodoAccount, worksElsewhere } from '../../ports/dodo/dodo-account.ts';
import type { ReadConfiguration } from '../../read-configuration.ts';
import { commandsFor } from '../../services.ts';
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
    environment: config.dodo.environment,
    async isOfOther() {
      const { baseUrl, ...others } = account;
      if (surroundings.otherDodoUrl !== undefined)
        return worksElsewhere({ ...others, baseUrl: surroundings.otherDodoUrl });
      const environment = account.environment === 'test_mode' ? 'live_mode' : 'test_mode';
      return baseUrl === undefined && worksElsewhere({ ...others, environment });
    },
    baseUrl: config.baseUrl,
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
