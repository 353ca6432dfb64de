import type { Config } from '../../config/config.ts';
import { BillingError } from '../../core/dodo/billing.ts';
import type { SetupPort } from '../../core/setup/setup.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import type { DodoAccount } from '../../ports/dodo/dodo-account.ts';
import { type CatalogueChecksOptions, catalogueChecks } from './catalogue-checks.ts';
import { type Check, error, type Finding, once, orSkip, Skipped, warning } from './check.ts';
import { webhookFindings } from './webhook-findings.ts';

const KEY = 'DODO_PAYMENTS_API_KEY';

/** Webhooks are refused when their time is five minutes away from ours (Standard Webhooks, "Verifying signatures"). */
const FATAL_SKEW = 4 * MINUTE;
const NOTABLE_SKEW = 30 * SECOND;

export interface DodoChecksOptions {
  dodo: DodoAccount;
  /** What stands there. */
  port: SetupPort;
  /** What is to stand there. */
  things: CatalogueChecksOptions['things'];
  environment: Config['dodo']['environment'];
  /** Whether the other environment takes the key. */
  isOfOther(): Promise<boolean>;
  webhookKey: string;
}

/** The key, the clocks, what is sold, and the webhook endpoint, as Dodo has them. */
export function dodoChecks(options: DodoChecksOptions): { checks: Check[]; businessId(): Promise<string | null> } {
  const { dodo, environment, port, things } = options;
  const businessId = once(() => dodo.businessId());
  const reached = () => orSkip(businessId(), "Dodo's key does not work, see above");

  const checks: Check[] = [
    {
      id: 'dodo-key',
      title: 'Dodo: API key',
      needs: [KEY, 'DODO_ENVIRONMENT', 'DODO_PAYMENTS_BASE_URL'],
      async run() {
        try {
          await businessId();
          return [];
        } catch (reason) {
          if (!(reason instanceof BillingError) || reason.fault !== 'unauthorized') throw reason;
          return [keyFinding(environment, await options.isOfOther())];
        }
      },
    },
    {
      id: 'clock',
      title: 'Clock',
      needs: [KEY],
      async run() {
        // Told by the answer, even where that is a refusal.
        await businessId().catch((reason: unknown) => {
          if (!(reason instanceof BillingError) || reason.status === null) throw new Skipped('Dodo does not answer');
        });
        return clockFindings(dodo.clockOffset());
      },
    },
    ...catalogueChecks({ port, things, reached: businessId }),
    {
      id: 'dodo-webhook',
      title: 'Dodo: webhook endpoint',
      needs: [KEY, 'DODO_PAYMENTS_WEBHOOK_KEY', 'BASE_URL'],
      async run() {
        await reached();
        return webhookFindings(port, things.wanted.webhookUrl, options.webhookKey);
      },
    },
  ];
  return { checks, businessId: () => businessId().catch(() => null) };
}

function keyFinding(environment: string, isOfOther: boolean): Finding {
  const other = environment === 'test_mode' ? 'live_mode' : 'test_mode';
  return error({
    about: KEY,
    expected: `a key of ${environment}`,
    came: isOfOther ? `one of ${other}` : 'one that Dodo refuses',
    cure: isOfOther
      ? `Set DODO_ENVIRONMENT=${other}, or ${KEY} to a key of ${environment}. The two have customers, products and ids of their own.`
      : `Make one in Dodo's dashboard, in ${environment.replace('_', ' ')}, "Developer", "API Keys", with write access, and set ${KEY}.`,
    symptom: 'nobody can buy, balances are not confirmed, and asks are refused',
  });
}

function clockFindings(offset: number): Finding[] {
  const away = Math.abs(offset);
  if (away < NOTABLE_SKEW) return [];
  const severity = away >= FATAL_SKEW ? error : warning;
  return [
    severity({
      about: "this machine's clock",
      expected: "Dodo's time, to a few seconds",
      came: `${Math.round(away / SECOND)} s ${offset > 0 ? 'behind' : 'ahead of'} it`,
      cure: 'Set the clock by NTP (for example `timedatectl set-ntp true`).',
      symptom: 'webhook verification fails: a webhook whose time is five minutes away is refused',
    }),
  ];
}
