import { productVariables } from '../../config/product-variables.ts';
import type { Log } from '../../core/log.ts';
import { expiryAdvice } from '../../core/setup/advice.ts';
import { type Provisioned, provision } from '../../core/setup/provision.ts';
import { createDodoSetup } from '../../ports/dodo/setup/dodo-setup.ts';
import type { ProvisionArguments } from './arguments.ts';
import type { Ask } from './ask.ts';
import { confirmOverage } from './confirm-overage.ts';
import { leftLines, stepLines } from './report.ts';
import type { ProvisionSettings } from './settings.ts';
import { type Variable, writeVariables } from './write-variables.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export interface ProvisionIo {
  /** Of the `.env` file. */
  envPath: string;
  ask: Ask;
  /** For people. */
  tell(line: string): void;
  /** For programs: the variables, with --print. */
  print(line: string): void;
}

/** @returns the exit code. Throws SetupProblem and BillingError. */
export async function runProvision(
  args: ProvisionArguments,
  settings: ProvisionSettings,
  io: ProvisionIo,
): Promise<0 | 1> {
  const { environment, baseUrl, wanted, known } = settings;
  const { tell, ask } = io;
  tell(`Dodo Payments, ${environment}${baseUrl === null ? '' : `, at ${baseUrl}`}:`);
  const made = await provision({
    port: createDodoSetup({
      apiKey: settings.apiKey,
      environment,
      ...(baseUrl === null ? {} : { baseUrl }),
      clock: Date.now,
      log: silent,
    }),
    wanted,
    known,
    apply: args.apply,
    tell: (step) => stepLines(step).forEach(tell),
    confirmOverage: (costs, isNew) =>
      confirmOverage(costs, isNew, { isLive: environment === 'live_mode', confirmed: args.confirmed, ask, tell }),
  });
  if (made === null) return 1;
  tell('');
  for (const line of leftLines(made.steps, args.apply)) tell(line);
  for (const line of adviceLines(settings)) tell(line);
  return handOver(variablesOf(settings, made), args, io);
}

async function handOver(variables: Variable[], args: ProvisionArguments, io: ProvisionIo): Promise<0 | 1> {
  if (args.print) {
    for (const { name, value } of variables) io.print(`${name}=${value}`);
    return 0;
  }
  const kept = await writeVariables(variables, { path: io.envPath, yes: args.yes, ask: io.ask, tell: io.tell });
  if (kept.length === 0) return 0;
  io.tell(`Other values are in ${io.envPath} and were kept: ${kept.join(', ')}`);
  io.tell('To replace them, run it again with --yes; to see what they would be, with --print.');
  return 1;
}

function variablesOf({ wanted }: ProvisionSettings, made: Provisioned): Variable[] {
  const products = productVariables(wanted.terms).map(({ key, variable }) => ({
    name: variable,
    value: made.productIds[key] ?? '',
    isSecret: false,
  }));
  return [
    { name: 'DODO_PAYMENTS_WEBHOOK_KEY', value: made.webhookSecret, isSecret: true },
    { name: 'CREDIT_ENTITLEMENT_ID', value: made.entitlementId, isSecret: false },
    ...products,
  ];
}

function adviceLines({ wanted, baseUrl }: ProvisionSettings): string[] {
  const { protocol, hostname } = new URL(wanted.webhookUrl);
  const isHidden = protocol !== 'https:' || /^(localhost|127\.|\[::1\])/.test(hostname);
  const reach =
    isHidden && baseUrl === null
      ? [`Dodo cannot reach ${wanted.webhookUrl}: BASE_URL must be a public address that begins with https://.`]
      : [];
  const expiry = expiryAdvice(wanted.terms);
  return [...reach, ...(expiry === null ? [] : [expiry])];
}
