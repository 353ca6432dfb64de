import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAdmission } from '../../../src/core/asks/admission.ts';
import { createDailyTokens } from '../../../src/core/asks/daily-tokens.ts';
import { createBrakes } from '../../../src/core/operator/brakes.ts';
import { createClosedTo } from '../../../src/core/operator/places.ts';
import { DAY, MINUTE } from '../../../src/core/time.ts';
import { openStage, type Stage } from './stage.ts';

const here = {
  by: { platform: 'slack', workspace: 'T1', user: 'U1' },
  isPrivatePlace: false,
  space: 'T1',
  channels: ['C1'],
} as const;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  stage.now = 20_000 * DAY;
});
afterEach(() => stage[Symbol.asyncDispose]());

/** The brakes of one process; several share the store. */
function process(limits: { daily?: number; space?: number } = {}) {
  const { store, clock, log, metrics } = stage;
  const daily = createDailyTokens({ store, clock, log, metrics, limit: limits.daily ?? 0 });
  const lists = { allowSpaces: [], blockSpaces: ['T9'], allowChannels: [], blockChannels: [] };
  return {
    daily,
    brakes: createBrakes(store, clock),
    admission: createAdmission({
      closedTo: createClosedTo({ ...lists, allowMembers: [], blockMembers: [] }),
      brakes: createBrakes(store, clock),
      daily,
      store,
      clock,
      log,
      spaceAsksPerMinute: limits.space ?? 0,
    }),
  };
}

async function admitted(from: ReturnType<typeof process>, mostTokens: number) {
  const answer = await from.admission.admit(here, mostTokens);
  if (answer.kind !== 'admitted') throw new Error(`expected to be admitted, got ${JSON.stringify(answer)}`);
  return answer;
}

describe('a pause', () => {
  it("holds for every process with the operator's reason, until it is taken back", async () => {
    const [one, two] = [process(), process()];
    await one.brakes.pause('  new model at noon ');
    expect(await two.brakes.state()).toEqual({ reason: 'new model at noon', since: stage.now });
    expect(await two.admission.admit(here, 10)).toMatchObject({
      refusal: { reason: 'paused', why: 'new model at noon' },
    });
    await one.brakes.pause('longer');
    expect(await two.brakes.state()).toMatchObject({ reason: 'longer' });
    await two.brakes.resume();
    expect(await one.brakes.state()).toBeNull();
    await admitted(one, 10);
  });

  it('takes no reason that is too long to be read', async () => {
    await expect(process().brakes.pause('x'.repeat(301))).rejects.toThrow(RangeError);
    expect(await process().brakes.state()).toBeNull();
  });
});

describe('runaway: the asks of one server or workspace in a minute', () => {
  it('are counted over the fleet, and end at the limit until the next minute', async () => {
    const [one, two] = [process({ space: 3 }), process({ space: 3 })];
    for (const each of [one, two, one]) await (await admitted(each, 10)).conclude(10);
    expect(await two.admission.admit(here, 10)).toEqual({
      kind: 'refused',
      refusal: { reason: 'space_busy', limit: 3 },
    });
    const elsewhere = { ...here, space: 'T2' };
    expect((await two.admission.admit(elsewhere, 10)).kind).toBe('admitted');
    expect((await two.admission.admit({ ...here, space: null }, 10)).kind).toBe('admitted');
    stage.now += MINUTE;
    await admitted(two, 10);
  });

  it('do not count those that were refused, so that nobody without tokens keeps the others away', async () => {
    const one = process({ space: 1 });
    for (let times = 0; times < 5; times += 1) await (await admitted(one, 10)).conclude(0);
    await (await admitted(one, 10)).conclude(10);
    for (let times = 0; times < 5; times += 1) expect((await one.admission.admit(here, 10)).kind).toBe('refused');
    stage.now += MINUTE;
    await admitted(one, 10);
  });
});

describe("runaway: the whole bot's tokens in a day", () => {
  it('are what is charged and held over the fleet; an ask gets no more than what is left', async () => {
    const [one, two] = [process({ daily: 1_000 }), process({ daily: 1_000 })];
    const first = await admitted(one, 600);
    expect(first.share.atMost).toBe(600);
    await first.conclude(500);
    const second = await admitted(two, 600);
    expect(second.share.atMost).toBe(500);
    await second.conclude(500);
    expect(await one.admission.admit(here, 600)).toMatchObject({ refusal: { reason: 'daily_limit' } });
    await two.daily.correct(second.share.day, -450);
    expect((await admitted(one, 600)).share.atMost).toBe(450);
  });

  it('are never lent twice, however many ask at once', async () => {
    const fleet = [process({ daily: 1_000 }), process({ daily: 1_000 }), process({ daily: 1_000 })];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => fleet[at % 3]?.admission.admit(here, 90 + at)),
    );
    const lent = answers.map((answer) => (answer?.kind === 'admitted' ? (answer.share.atMost ?? 0) : 0));
    expect(lent.reduce((sum, tokens) => sum + tokens, 0)).toBeLessThanOrEqual(1_000);
    expect(lent.filter((tokens) => tokens > 0).length).toBeGreaterThan(5);
  });

  it('are as many again on the next day (UTC), and what is given back late counts for its own day', async () => {
    const one = process({ daily: 1_000 });
    const late = await admitted(one, 1_000);
    await late.conclude(1_000);
    stage.now += DAY;
    await (await admitted(one, 700)).conclude(700);
    await one.daily.correct(late.share.day, -1_000);
    expect((await admitted(one, 1_000)).share.atMost).toBe(300);
  });

  it('are told to the operator once a day when they are used up, whichever process notices', async () => {
    const [one, two] = [process({ daily: 100 }), process({ daily: 100 })];
    await (await admitted(one, 100)).conclude(100);
    for (const each of [one, two, two]) expect((await each.admission.admit(here, 1)).kind).toBe('refused');
    expect(stage.counted('alerts')).toBe(1);
    expect(stage.logged).toMatchObject([{ level: 'warn', facts: { alert: 'daily_limit', limit: 100 } }]);
    stage.now += DAY;
    await (await admitted(two, 100)).conclude(100);
    expect((await one.admission.admit(here, 1)).kind).toBe('refused');
    expect(stage.counted('alerts')).toBe(2);
  });

  it('are not counted without a limit', async () => {
    expect((await admitted(process(), 5)).share).toEqual({ day: null, atMost: null });
  });
});

describe('a place that is closed', () => {
  it('is refused before anything is counted', async () => {
    const one = process({ space: 1, daily: 10 });
    const closed = { ...here, space: 'T9' };
    for (let times = 0; times < 3; times += 1) {
      expect(await one.admission.admit(closed, 10)).toMatchObject({ refusal: { reason: 'closed', to: 'place' } });
    }
    await admitted(one, 10);
  });
});
