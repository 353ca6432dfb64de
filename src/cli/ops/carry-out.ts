import { dodoAccountFrom, secretsFrom, storeLocationFrom, storeOwnerFrom } from '../../app/from-config.ts';
import { openStore } from '../../app/open-store.ts';
import { createOpsDeps, opsSocketPath } from '../../app/ops-deps.ts';
import { createRules } from '../../app/rules.ts';
import type { Config, ConfigSecrets } from '../../config/config.ts';
import { createDodoBudget } from '../../core/dodo/dodo-budget.ts';
import { createStoreIdentity } from '../../core/dodo/store-identity.ts';
import type { Log } from '../../core/log.ts';
import { unwatched } from '../../core/metrics.ts';
import { findOp } from '../../core/ops/all-ops.ts';
import type { OpsAnswer, OpsRequest } from '../../core/ops/op.ts';
import type { Store } from '../../core/store.ts';
import { createWallets } from '../../core/wallets/wallets.ts';
import { createDodoBilling } from '../../ports/dodo/dodo-billing.ts';
import { createSqliteReader } from '../../ports/store/sqlite/sqlite-store.ts';
import { askRunningBot } from './ask-running-bot.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const clock = Date.now;

/**
 * Carries a command out where it can be: reading beside whoever has the store, changing by way of the bot that has it,
 * or on the store itself.
 * @throws OpsProblem for what the operator can put right; Error saying what is in the way
 */
export async function carryOut(config: Config, secret: ConfigSecrets, request: OpsRequest): Promise<OpsAnswer> {
  const op = findOp(request);
  if (secret.redisUrl === null && op.changes) {
    const answer = await askRunningBot(opsSocketPath(config.databasePath), request);
    if (answer !== null) return answer;
  }
  const isReading = secret.redisUrl === null && !op.changes;
  const store = await open(config, secret, isReading);
  try {
    return await op.run(depsOn(store, config, secret, isReading), request);
  } finally {
    await store.close();
  }
}

async function open(config: Config, secret: ConfigSecrets, isReading: boolean): Promise<Pick<Opened, 'close'> & Store> {
  if (isReading) return createSqliteReader({ path: config.databasePath, now: clock });
  const opened = await openStore(storeLocationFrom(config, secret), clock, silent);
  try {
    await createStoreIdentity(opened.store).confirm(storeOwnerFrom(config));
  } catch (error) {
    await opened.close();
    throw error;
  }
  return { ...opened.store, close: () => opened.close() };
}

type Opened = Awaited<ReturnType<typeof openStore>>;

function depsOn(store: Store, config: Config, secret: ConfigSecrets, isReading: boolean) {
  const secrets = secretsFrom(secret);
  const billing = createDodoBilling({
    ...dodoAccountFrom(config, secret),
    clock,
    log: silent,
    // The budget is counted in the store; what only reads asks Dodo once at most.
    budget: isReading ? async () => true : createDodoBudget(store, clock, config.dodo.callsPerMinute),
  });
  const wallets = createWallets({ store, clock, log: silent, metrics: unwatched, onRows() {} });
  const rules = createRules(config, (text) => secrets.hash(text));
  return createOpsDeps({ store, wallets, billing, secrets, rules, clock });
}
