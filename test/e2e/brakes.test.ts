import { afterEach, describe, expect, it } from 'vitest';
import { type Brakes, createBrakes } from '../../src/core/operator/brakes.ts';
import type { Store } from '../../src/core/store.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
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

/** What follows falls into one minute. */
const beginMinute = () => bot.advance(MINUTE - (bot.now() % MINUTE));

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
    expectRefused(
      await ask(ann, 'Write [[length:10]]'),
      /^This bot has reached what whoever runs it allows for one day/,
    );
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

  it('gives back to the day what asks held and did not use, and counts no refused ones', async () => {
    await beginWithAnn({ DAILY_TOKEN_LIMIT: '600000' });
    // Each holds 500,000 and uses a little.
    for (let times = 0; times < 5; times += 1) expect((await ask(ann, 'Write [[length:5]]')).isRefused).toBe(false);
    const poor = personOn(platform, bot, 'Poor');
    for (let times = 0; times < 3; times += 1) expect((await ask(poor, 'Write')).last.text).toMatch(/no tokens left/);
    expect((await ask(ann, 'Write [[length:300]]')).text).not.toMatch(/limit for today/);
  });

  it('a blocked member can neither ask nor buy, but sees the wallet and the way out of the plan', async () => {
    const id = platform === 'discord' ? '1111222233334444' : 'U0BLOCKED';
    await begin({ BLOCK_MEMBERS: `12345,${id}` });
    ann = personOn(platform, bot, 'Ann', id);
    const ben = personOn(platform, bot, 'Ben');
    await buy(bot, ben, 'topup');
    expectRefused(await ask(ann, 'Hello'), /^Whoever runs this bot has closed it to you/);
    expect((await reads(ann.does('topup', '1'))).text).toMatch(/closed it to you/);
    expect((await reads(ann.does('subscribe', 'pro'))).text).toMatch(/closed it to you/);
    expect((await reads(ann.does('billing'))).text).toMatch(/nothing to manage/);
    expect((await reads(ann.does('balance'))).text).toMatch(/0 tokens left/);
    expect((await ask(ben, 'Hello [[length:5]]')).isRefused).toBe(false);
  });

  it('answers only where it is allowed to', async () => {
    await begin({ ALLOW_SPACES: '999999' });
    ann = personOn(platform, bot, 'Ann');
    expectRefused(await ask(ann, 'Hello'), /^This bot is not open here/);
    expectRefused(await ask(ann, 'Hello', { inDm: true }), /^This bot is not open here/);
    expect((await reads(ann.does('topup', '1'))).text).toMatch(/^This bot is not open here/);
    expect((await reads(ann.does('help'))).text).toContain('/ask');
    expect(modelCalls()).toBe(0);
  });

  it('keeps to DMs when channels are closed', async () => {
    await begin({ ALLOW_CHANNELS: 'dm' });
    ann = personOn(platform, bot, 'Ann');
    expectRefused(await ask(ann, 'Hello'), /^This bot is not open here/);
    expect((await ask(ann, 'Hello', { inDm: true })).last.text).toMatch(/no tokens left/);
  });

  it('ends a runaway of one server or workspace, and leaves the other platform alone (pain 9)', async () => {
    await beginWithAnn({ WORKSPACE_ASKS_PER_MINUTE: '3' });
    const other = personOn(platform === 'discord' ? 'slack' : 'discord', bot, 'Other');
    await buy(bot, other, 'topup');
    beginMinute();
    for (const nth of ['1', '2', '3']) expect((await ask(ann, `${nth} [[length:5]]`)).isRefused).toBe(false);
    expectRefused(await ask(ann, 'One more'), /^Everybody here together can ask 3 times a minute/);
    const poor = personOn(platform, bot, 'Poor');
    expectRefused(await ask(poor, 'Me too'), /^Everybody here together/);
    expect((await ask(other, 'Hello [[length:5]]')).isRefused).toBe(false);
    bot.advance(MINUTE);
    expect((await ask(ann, 'Hello [[length:5]]')).isRefused).toBe(false);
  });

  it('makes ten payment links a minute for one member, and says so (pain 9)', async () => {
    await beginWithAnn({});
    beginMinute();
    const texts: string[] = [];
    for (let times = 0; times < 11; times += 1) texts.push((await reads(ann.does('billing'))).text);
    expect(texts.filter((text) => /^Here you can see your invoices/.test(text))).toHaveLength(10);
    expect(texts.at(-1)).toMatch(/^You can open 10 payment links a minute/);
    expect((await reads(ann.does('topup', '1'))).text).toMatch(/^You can open 10 payment links a minute/);
    const ben = personOn(platform, bot, 'Ben');
    expect(linkIn(await reads(ben.does('topup', '1')))).toContain('/');
    bot.advance(MINUTE);
    expect(linkIn(await reads(ann.does('billing')))).toContain('/');
  });

  it('says the system prompt to the model, and counts it', async () => {
    await beginWithAnn({ SYSTEM_PROMPT: 'You are terse. '.repeat(20) });
    await ask(ann, 'Hello [[length:5]]');
    expect(bot.world.openai.store.requests[0]?.body).toMatchObject({
      messages: [{ role: 'system', content: 'You are terse. '.repeat(20).trim() }, { role: 'user' }],
    });
    expect(bot.kept.receipts()[0]?.usage.inputTokens).toBeGreaterThan(80);
  });
});
