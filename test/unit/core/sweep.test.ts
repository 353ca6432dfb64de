import { describe, expect, it } from 'vitest';
import { newAccount } from '../../../src/core/account/account.ts';
import { type Billing, BillingError, type CustomerBalance } from '../../../src/core/dodo/billing.ts';
import { createLookAtPage } from '../../../src/core/sweep/look-at-page.ts';
import { readSweepProgress } from '../../../src/core/sweep/progress.ts';
import { MINUTE, SECOND } from '../../../src/core/time.ts';
import { createCustomers } from '../../../src/core/wallets/customers.ts';
import { createSweep } from '../../../src/workers/sweep.ts';
import { ann, DODO_NOW, NOW } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

/** So many customers at Dodo, and how often each page of them was read. */
function dodoWith(customers: number) {
  const all: CustomerBalance[] = Array.from({ length: customers }, (_, number) => listed(`cus_${number}`, 0));
  const dodo = {
    all,
    reads: [] as number[],
    fault: null as BillingError | null,
    /** Runs when a page was read. */
    onRead: (_page: number): void => {},
    async readBalances(page: number): Promise<CustomerBalance[]> {
      if (dodo.fault !== null) throw dodo.fault;
      dodo.reads.push(page);
      const items = all.slice(page * 100, page * 100 + 100);
      dodo.onRead(page);
      return items;
    },
  };
  return dodo satisfies Pick<Billing, 'readBalances'>;
}

function listed(customerId: string, balance: number): CustomerBalance {
  return { customerId, balance, overage: 0, lastTransactionAt: DODO_NOW, createdAt: DODO_NOW };
}

/** A process that sweeps, on the stage's store. */
function processOn(stage: Stage, billing: Pick<Billing, 'readBalances'>, owner: string) {
  const wallets = stage.wallets();
  const { store, clock, log, metrics } = stage;
  const customers = createCustomers({ store, wallets, clock });
  return createSweep({
    store,
    clock,
    log,
    billing,
    lookAtPage: createLookAtPage({ wallets, customers, clock, metrics }),
    adoptStrangers: async () => 0,
    owner,
  });
}

/** An account with this customer and balance. */
async function addAccount(stage: Stage, customerId: string, balance: number): Promise<string> {
  const id = `acc_of_${customerId}`;
  await stage.store.claimIndex('customer', customerId, id, stage.now);
  await stage.wallets().run(id, [], () => {
    const account = newAccount(id, ann, stage.now);
    const ledger = { balance, overage: 0, rowId: 'row', rowAt: DODO_NOW, rowsBeside: [], anchorAt: 0 };
    const times = { wholeUntil: DODO_NOW, confirmedAt: NOW, zeroAt: null };
    return { account: { ...account, customerId, ledger: { ...ledger, ...times } }, reply: undefined };
  });
  return id;
}

async function readingsOf(stage: Stage): Promise<unknown[]> {
  const rows = await stage.store.claim({ topic: 'reconcile', limit: 100, leaseMs: 1, now: stage.now });
  return rows.map((row) => [row.accountId, row.body]);
}

describe('the sweep of a fleet', () => {
  it('is made by one process; another one takes over when it is gone, and begins at once', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(10);
    const first = processOn(stage, dodo, 'first');
    const second = processOn(stage, dodo, 'second');
    await Promise.all([first.runDue(), second.runDue()]);
    await Promise.all([first.runDue(), second.runDue()]);
    expect(dodo.reads).toEqual([0]);
    stage.now += 61 * SECOND;
    await second.runDue();
    expect(dodo.reads).toEqual([0, 0]);
    await first.runDue();
    expect(dodo.reads).toEqual([0, 0]);
  });

  it('comes every five minutes, counted from the end of the one before', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(10);
    const sweep = processOn(stage, dodo, 'only');
    await sweep.runDue();
    stage.now += 5 * MINUTE - 1;
    await sweep.runDue();
    expect(dodo.reads).toHaveLength(1);
    stage.now += 1;
    await sweep.runDue();
    expect(dodo.reads).toHaveLength(2);
  });

  it('reads a further page only after a full one', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(200);
    await processOn(stage, dodo, 'only').runDue();
    expect(dodo.reads).toEqual([0, 1, 2]);
    expect((await readSweepProgress(stage.store)).last).toMatchObject({ strangers: 200 });
  });

  it('goes on with the page that it came to when Dodo refuses, later and later', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(250);
    const sweep = processOn(stage, dodo, 'only');
    dodo.onRead = (page) => {
      if (page === 0) dodo.fault = new BillingError('unavailable', 'away');
    };
    await sweep.runDue();
    expect(dodo.reads).toEqual([0]);
    for (let waited = 0; waited < 5; waited += 1) {
      stage.now += SECOND;
      await sweep.runDue();
    }
    dodo.fault = null;
    stage.now += MINUTE;
    await sweep.runDue();
    expect(dodo.reads).toEqual([0, 1, 2]);
    expect((await readSweepProgress(stage.store)).last).toMatchObject({ strangers: 250 });
  });

  it('is gone on with by another process where the one before was cut', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(250);
    dodo.onRead = (page) => {
      if (page === 1) dodo.fault = new BillingError('unavailable', 'away');
    };
    await processOn(stage, dodo, 'first').runDue();
    dodo.fault = null;
    stage.now += 2 * MINUTE;
    await processOn(stage, dodo, 'second').runDue();
    expect(dodo.reads).toEqual([0, 1, 2]);
    expect((await readSweepProgress(stage.store)).last).toMatchObject({ strangers: 250 });
  });

  it('begins anew when the one that was cut is long ago', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(250);
    dodo.onRead = (page) => {
      if (page === 1) dodo.fault = new BillingError('unavailable', 'away');
    };
    await processOn(stage, dodo, 'first').runDue();
    dodo.fault = null;
    dodo.onRead = () => {};
    stage.now += 60 * MINUTE;
    await processOn(stage, dodo, 'second').runDue();
    expect(dodo.reads).toEqual([0, 1, 0, 1, 2]);
    expect((await readSweepProgress(stage.store)).last).toMatchObject({ strangers: 250 });
  });

  it('counts a customer once though a new one moves it to the next page meanwhile', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(150);
    dodo.onRead = (page) => {
      if (page === 0) dodo.all.unshift(listed('cus_new', 0));
    };
    await processOn(stage, dodo, 'only').runDue();
    expect((await readSweepProgress(stage.store)).last).toMatchObject({ strangers: 150 });
  });

  it('reads at most forty pages in a minute, so that readings have calls left', async () => {
    await using stage = await openStage();
    stage.now = Math.ceil(stage.now / MINUTE) * MINUTE;
    const dodo = dodoWith(4_550);
    const sweep = processOn(stage, dodo, 'only');
    await sweep.runDue();
    expect(dodo.reads).toHaveLength(40);
    stage.now += MINUTE;
    await sweep.runDue();
    expect(dodo.reads).toHaveLength(46);
    expect((await readSweepProgress(stage.store)).last).toMatchObject({ strangers: 4_550 });
  });

  it('does not go round and round when the pages do not turn', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(100);
    const always = { readBalances: (_page: number) => dodo.readBalances(0) };
    const sweep = processOn(stage, always, 'only');
    await sweep.runDue();
    expect(dodo.reads).toHaveLength(2);
    expect((await readSweepProgress(stage.store)).last).toBeNull();
    expect(stage.logged.at(-1)).toMatchObject({ text: 'the sweep waits' });
  });

  it('asks for the readings of accounts that are owed something, and for no other', async () => {
    await using stage = await openStage();
    const dodo = dodoWith(0);
    const owed = await addAccount(stage, 'cus_owed', 100);
    await addAccount(stage, 'cus_even', 100);
    await addAccount(stage, 'cus_less', 100);
    dodo.all.push(listed('cus_owed', 5_100), listed('cus_even', 100), listed('cus_less', 40), listed('cus_none', 7));
    const sweep = processOn(stage, dodo, 'only');
    await sweep.runDue();
    expect(await readingsOf(stage)).toEqual([[owed, { seq: 1, reason: 'swept' }]]);
    expect((await readSweepProgress(stage.store)).last).toMatchObject({ tokens: 5_060, accounts: 2, strangers: 1 });
    stage.now += 5 * MINUTE;
    await sweep.runDue();
    expect(await readingsOf(stage)).toContainEqual(['acc_of_cus_less', { seq: 1, reason: 'swept' }]);
  });
});
