import { expect, it } from 'vitest';
import { createOpsDeps } from '../../../src/app/ops-deps.ts';
import { BillingError, type NotedCustomer } from '../../../src/core/dodo/billing.ts';
import type { OpsDeps } from '../../../src/core/ops/op.ts';
import { rebuild } from '../../../src/core/ops/rebuild.ts';
import { createSecrets } from '../../../src/ports/crypto/secrets.ts';
import { createDodoBilling } from '../../../src/ports/dodo/dodo-billing.ts';
import { rulesOf } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

/** Pages of customers that are not ours; the budget is used up before each second answer. */
function depsWith(stage: Stage, customers: NotedCustomer[], waits: number[]): OpsDeps {
  const billing = createDodoBilling({
    apiKey: 'key',
    webhookKey: 'whsec_c2VjcmV0',
    environment: 'test_mode',
    baseUrl: 'http://127.0.0.1:9',
    entitlementId: 'cde_tokens',
    clock: stage.clock,
    log: stage.log,
    budget: async () => false,
  });
  let isUsedUp = false;
  const deps = createOpsDeps({
    store: stage.store,
    wallets: stage.wallets(),
    secrets: createSecrets({ current: 'a secret of thirty-two characters' }),
    rules: rulesOf(),
    clock: stage.clock,
    billing: {
      ...billing,
      async listCustomers(page) {
        isUsedUp = !isUsedUp;
        if (isUsedUp) throw new BillingError('rate_limited', 'our own budget is used up');
        return customers.slice(page * 100, (page + 1) * 100);
      },
    },
  });
  return {
    ...deps,
    async wait(ms) {
      waits.push(ms);
    },
  };
}

const asked = { command: 'rebuild', args: [], options: {}, by: 'olga' };

it('rebuild goes through every page, waits while the budget is used up, and writes down what it did', async () => {
  await using stage = await openStage();
  const customers = Array.from({ length: 200 }, (_, n) => ({ id: `cus_${n}`, metadata: {} }));
  const waits: number[] = [];
  const { facts } = await rebuild.run(depsWith(stage, customers, waits), asked);
  expect(facts).toEqual({ no_note: customers.map(({ id }) => id) });
  expect(waits).toEqual([5_000, 5_000, 5_000]);
  const audit = await stage.store.records('operator', 'audit', 10);
  expect(audit.map(({ body }) => body)).toMatchObject([
    { by: 'olga', facts: { what: 'rebuild_ended', counts: { no_note: 200 } } },
    { by: 'olga', facts: { what: 'rebuild_begun' } },
  ]);
});
