import { describe, expect, it } from 'vitest';
import { newAccount } from '../../../src/core/account/account.ts';
import { MINUTE } from '../../../src/core/time.ts';
import { createCustomers } from '../../../src/core/wallets/customers.ts';
import { ann, NOW } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

function customersOf(stage: Stage) {
  return createCustomers({ store: stage.store, wallets: stage.wallets(), clock: stage.clock });
}

function name(stage: Stage, accountId: string, customerId: string): Promise<void> {
  return stage.wallets().run(accountId, [], () => ({
    account: { ...newAccount(accountId, ann, NOW), customerId },
    reply: undefined,
  }));
}

describe('the owner of a customer', () => {
  it('is nobody before it is claimed', async () => {
    await using stage = await openStage();
    expect(await customersOf(stage).ownerOf('cus')).toEqual({ kind: 'nobody' });
  });

  it('is who claimed it first, and being bound until the account names it', async () => {
    await using stage = await openStage();
    const customers = customersOf(stage);
    expect(await customers.claim('cus', 'acc_a')).toEqual({ kind: 'being_bound', accountId: 'acc_a' });
    expect(await customers.claim('cus', 'acc_b')).toEqual({ kind: 'being_bound', accountId: 'acc_a' });
    await name(stage, 'acc_a', 'cus');
    expect(await customers.ownerOf('cus')).toEqual({ kind: 'account', accountId: 'acc_a' });
    stage.now += 10 * MINUTE;
    expect(await customers.claim('cus', 'acc_b')).toEqual({ kind: 'account', accountId: 'acc_a' });
  });

  it('is one of many that claim it at once', async () => {
    await using stage = await openStage();
    const claims = Array.from({ length: 20 }, (_, index) => customersOf(stage).claim('cus', `acc_${index}`));
    const owners = (await Promise.all(claims)).map((owner) => owner.kind !== 'nobody' && owner.accountId);
    expect(new Set(owners).size).toBe(1);
  });

  it('is free again a minute after a claim that no account names, and a claim that is taken over is fresh', async () => {
    await using stage = await openStage();
    const customers = customersOf(stage);
    await customers.claim('cus', 'acc_a');
    stage.now += MINUTE - 1;
    expect(await customers.claim('cus', 'acc_b')).toEqual({ kind: 'being_bound', accountId: 'acc_a' });
    stage.now += 1;
    expect(await customers.ownerOf('cus')).toEqual({ kind: 'nobody' });
    expect(await customers.claim('cus', 'acc_b')).toEqual({ kind: 'being_bound', accountId: 'acc_b' });
    stage.now += MINUTE - 1;
    expect(await customers.claim('cus', 'acc_a')).toEqual({ kind: 'being_bound', accountId: 'acc_b' });
  });

  it('is not an account that names another customer', async () => {
    await using stage = await openStage();
    const customers = customersOf(stage);
    await customers.claim('cus', 'acc_a');
    await name(stage, 'acc_a', 'cus_other');
    stage.now += MINUTE;
    expect(await customers.ownerOf('cus')).toEqual({ kind: 'nobody' });
  });
});
