import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDodoBudget } from '../../../src/core/dodo/dodo-budget.ts';
import { DAY, MINUTE } from '../../../src/core/time.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  stage.now = 20_000 * DAY;
});
afterEach(() => stage[Symbol.asyncDispose]());

describe('the budget of calls to Dodo', () => {
  const budget = () => createDodoBudget(stage.store, stage.clock, 20);

  it('is one for all processes, and whole again in the next minute', async () => {
    for (let call = 0; call < 20; call += 1) expect(await budget()('member')).toBe(true);
    expect(await budget()('member')).toBe(false);
    stage.now += MINUTE;
    expect(await budget()('reconcile')).toBe(true);
  });

  it('keeps its last half from reconciling and its last quarter from usage, however often these ask', async () => {
    const take = budget();
    const taken = { reconcile: 0, usage: 0, member: 0 };
    for (const share of ['reconcile', 'usage', 'member'] as const) {
      for (let call = 0; call < 25; call += 1) if (await take(share)) taken[share] += 1;
    }
    expect(taken).toEqual({ reconcile: 10, usage: 5, member: 5 });
  });
});
