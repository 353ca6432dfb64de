import { describe, expect, it } from 'vitest';
import { newAccount } from '../../../src/core/account/account.ts';
import { DAY, HOUR } from '../../../src/core/time.ts';
import { createUsage } from '../../../src/core/usage/usage.ts';
import { ann, DODO_NOW, NOW, rulesOf, subscriptionTo } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

const ID = 'acc_1';

/** Receipts at these ages, the first the oldest. */
async function begin(stage: Stage, ages: readonly number[], cycleStartedAt: number | null = null): Promise<void> {
  const account = {
    ...newAccount(ID, ann, NOW - 400 * DAY),
    subscriptions: [subscriptionTo('starter', { cycleStartedAt, nextBillingAt: NOW + 9 * DAY })],
  };
  await stage.store.commit({
    ...{ accountId: ID, expectedVersion: 0, document: account, seen: [], rows: [], removeRows: [], at: NOW },
    records: ages.map((age, n) => ({
      ...{ kind: 'ask', id: `ask${n}`, at: NOW - age },
      body: { askId: `ask${n}`, model: 'small', charged: 10, settledAt: NOW - age },
    })),
  });
}

function usageOf(stage: Stage) {
  return createUsage({
    wallets: stage.wallets(),
    users: { idOf: async () => ID },
    store: stage.store,
    rules: rulesOf(),
    moment: () => ({ now: stage.now, dodoNow: DODO_NOW }),
  });
}

describe('what a wallet has used', () => {
  it('is read page by page to the first day, and no further', async () => {
    await using stage = await openStage();
    const ages = Array.from({ length: 620 }, (_, n) => (620 - n) * HOUR);
    await begin(stage, [400 * DAY, 45 * DAY, ...ages]);
    const usage = usageOf(stage);
    const seen = await usage.of(ann);
    expect(seen.report).toMatchObject({ asks: 620, tokens: 6_200 });
    expect(seen.report.days).toHaveLength(30);
    expect(seen).toMatchObject({ cutAt: null, cycle: null });
    expect(seen.recent.map(({ askId }) => askId)).toEqual(['ask621', 'ask620', 'ask619', 'ask618', 'ask617']);
    expect((await usage.ofAccount(ID, 60)).report.asks).toBe(621);
    expect((await usage.ofAccount(ID, 1)).report.asks).toBe(seen.today.asks);
  });

  it('counts the running cycle from its own beginning, also before the days of the report', async () => {
    await using stage = await openStage();
    await begin(stage, [33 * DAY, 31 * DAY, 2 * HOUR, HOUR], NOW - 32 * DAY);
    const { cycle, report } = await usageOf(stage).of(ann);
    expect(cycle).toEqual({ since: NOW - 32 * DAY, renewsAt: NOW + 9 * DAY, tokens: 30, asks: 3 });
    expect(report.asks).toBe(2);
  });

  it('says from when on it counts where there is more than it reads', async () => {
    await using stage = await openStage();
    await begin(
      stage,
      Array.from({ length: 5_100 }, (_, n) => 20 * DAY - n),
    );
    const { report, cutAt } = await usageOf(stage).of(ann);
    expect(report.asks).toBe(5_000);
    expect(cutAt).toBe(NOW - 20 * DAY + 100);
  });

  it('takes its pace from the time since the first ask, of at most a week', async () => {
    await using stage = await openStage();
    await begin(stage, [10 * DAY, 2 * DAY, HOUR]);
    expect((await usageOf(stage).of(ann)).forecast).toMatchObject({ perDay: Math.floor(20 / 7) });
    await using other = await openStage();
    await begin(other, [2 * DAY, HOUR]);
    expect((await usageOf(other).of(ann)).forecast).toMatchObject({ perDay: 10 });
  });

  it('is nothing for a wallet that nobody uses, and refuses a span that is none', async () => {
    await using stage = await openStage();
    const usage = usageOf(stage);
    expect(await usage.ofAccount('acc_none')).toMatchObject({
      report: { asks: 0 },
      left: 0,
      forecast: null,
      recent: [],
    });
    for (const days of [0, 91, 1.5]) await expect(usage.ofAccount(ID, days)).rejects.toThrow(/expected 1 to 90 days/);
  });
});
