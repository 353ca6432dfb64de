import { afterEach, describe, expect, it } from 'vitest';
import { type Brakes, createBrakes } from '../../src/core/brakes.ts';
import type { Store } from '../../src/core/store.ts';
import { DAY } from '../../src/core/time.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { type Answered, ask, buy, linkIn, modelTable, type Person, personOn, reads } from '../helpers/people.ts';

const MODEL_TABLE = modelTable({ maxOutputTokens: 500, leastOutputTokens: 5, tokensEach: 1_000 });

let bot: Bot;
afterEach(() => bot.close());

async function begin(env: Record<string, string>, options: BotOptions = {}): Promise<void> {
  bot = await startBot({ env: { MODEL_TABLE, MEMBER_ASKS_PER_MINUTE: '0', ...env }, ...options });
}

/** Nothing was sent to the model and nothing charged or held by a refusal, which only the asker reads. */
function expectRefused(answered: Answered, text: RegExp): void {
  expect(answered.last.text).toMatch(text);
  expect(answered.isRefused).toBe(true);
  expect(answered.last.isPrivate).toBe(true);
  expect(bot.kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
}

const modelCalls = () => bot.world.openai.store.requests.length;
const charged = () => bot.kept.receipts().reduce((sum, receipt) => sum + receipt.charged, 0);

describe.each(['discord', 'slack'] as const)("the operator's brakes, seen from %s", (platform) => {
  let ann: Person;

  async function beginWithAnn(env: Record<string, string>, options: BotOptions = {}): Promise<void> {
    await begin(env, options);
    ann = personOn(platform, bot, 'Ann');
    await buy(bot, ann, 'starter');
  }

  it('a pause refuses asks with its reason, outlives a restart, and leaves money and readiness alone', async () => {
    let store: Store | null = null;
    const aroundStore = (inner: Store) => {
      store = inner;
      return inner;
    };
    const brakes = (): Brakes => {
      if (store === null) throw new Error('expected a bot with a store');
      return createBrakes(store, Date.now);
    };
    await beginWithAnn({}, { overrides: { aroundStore } });
    await brakes().pause('we look into a leak');
    expectRefused(await ask(ann, 'Hello'), /^Answers are paused .*\(we look into a leak\)/);
    expect(linkIn(await reads(ann.does('topup', '1')))).toContain('/');
    expect((await reads(ann.does('balance'))).text).toContain('10,000,000');
    expect((await fetch(`${bot.app.url}/readyz`)).status).toBe(200);
    await bot.restart();
    expectRefused(await ask(ann, 'Hello again'), /we look into a leak/);
    expect(modelCalls()).toBe(0);
    await brakes().resume();
    expect((await ask(ann, 'At last [[length:5]]')).isRefused).toBe(false);
  });

  it("ends a runaway at the day's tokens: an answer is shortened to what is left, then asks are refused (pain 9)", async () => {
    await beginWithAnn({ DAILY_TOKEN_LIMIT: '100000' });
    const first = await ask(ann, 'Write [[length:60]]');
    expect(first.isRefused).toBe(false);
    const second = await ask(ann, 'Write [[length:400]]');
    expect(second.text).toMatch(/this bot's limit for today allowed at most 3\d tokens/);
    const before = modelCalls();
    expectRefused(await ask(ann, 'Write [[length:10]]'), /^This bot has reached what whoever runs it allows for one day/);
    const ben = personOn(platform, bot, 'Ben');
    await buy(bot, ben, 'topup');
    expectRefused(await ask(ben, 'Write'), /allows for one day/);
    expect(modelCalls()).toBe(before);
    expect(charged()).toBeLessThanOrEqual(100_000);
    expect(charged()).toBeGreaterThan(95_000);
    expect(bot.logged.filter(({ facts }) => 'alert' in facts && facts.alert === 'daily_limit')).toHaveLength(1);
    expect((await reads(ann.does('balance'))).isPrivate).toBe(true);
    bot.advance(DAY);
    bot.world.dodo.webhooks.flush();
    await bot.settle();
    expect((await ask(ann, 'Write [[length:5]]')).isRefused).toBe(false);
  });

  it("gives back to the day what asks did not use, refused ones and those that a crash cut among them", async () => {
    await beginWithAnn({ DAILY_TOKEN_LIMIT: '600000' });
    // Each holds 500,000 and uses a little.
    for (let times = 0; times < 5; times += 1) expect((await ask(ann, 'Write [[length:5]]')).isRefused).toBe(false);
    const poor = personOn(platform, bot, 'Poor');
    for (let times = 0; times < 3; times += 1) expect((await ask(poor, 'Write')).last.text).toMatch(/no tokens left/);
    bot.world.openai.faults.push?.({ kind: 'none' } as never);
    expect((await ask(ann, 'Write [[length:300]]')).text).not.toMatch(/limit for today/);
  });
});
