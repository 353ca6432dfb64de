import { afterEach, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, modelTable, type Person, personOn, reads } from '../helpers/people.ts';

/** 20 USD at 0.000005 USD a token. */
const CAP_TOKENS = 4_000_000;

describe.each(['discord', 'slack'] as const)("a member's cap on overage, seen from %s", (platform) => {
  let bot: Bot;
  let ann: Person;
  afterEach(() => bot.close());

  async function begin(env: Record<string, string> = {}): Promise<void> {
    // One token of the model costs 100,000 of ours: 40,000,000 are gone in a few asks.
    const MODEL_TABLE = modelTable({ maxOutputTokens: 350, leastOutputTokens: 2, tokensEach: 100_000 });
    bot = await startBot({ env: { MODEL_TABLE, MEMBER_ASKS_PER_MINUTE: '0', ...env } });
    ann = personOn(platform, bot, 'Ann');
    await buy(bot, ann, 'pro');
  }

  /** So many tokens of the model's. */
  async function use(modelTokens: number) {
    const answer = await ask(ann, `Use [[length:${modelTokens}]]`);
    await bot.settle();
    return answer;
  }

  /** On Slack words are typed; on Discord the option takes a figure. */
  const setCap = (dollars: number) =>
    reads(ann.does('alerts', platform === 'slack' ? `cap ${dollars}` : String(dollars)));
  const total = () => bot.kept.receipts().reduce((sum, receipt) => sum + receipt.charged, 0);
  const told = () =>
    ann
      .dms()
      .map(({ text }) => /(\d+)% of your cap|(reached) your overage cap/.exec(text))
      .filter((match) => match !== null)
      .map((match) => match[1] ?? '100');

  it('stops a runaway at 20 USD, and tells 50, 80 and 100 % of it once each (pain 9)', async () => {
    await begin();
    const noted = await setCap(20);
    expect(noted.isPrivate).toBe(true);
    expect(noted.text).toMatch(/^Noted\..*Overage cap: \$20\.00 a cycle/s);
    await use(300);
    await use(99);
    expect(told()).toEqual([]);
    await use(22);
    expect(told()).toEqual(['50']);
    expect(ann.dms().at(-1)?.text).toMatch(/\$10\.\d\d of overage.*50% of your cap of \$20\.00/);
    await bot.meterTick();
    await use(12);
    expect(told()).toEqual(['50', '80']);
    // Before Dodo has seen any of it: what is used counts, not what was metered.
    const cut = await use(300);
    expect(cut.last.text).toMatch(/your overage cap allowed at most \d tokens/);
    const refused = await ask(ann, 'And more');
    expect(refused.isRefused).toBe(true);
    await ask(ann, 'And more');
    await bot.meterTick();
    expect(told()).toEqual(['50', '80', '100']);
    expect(ann.dms().at(-1)?.text).toMatch(/\$20\.00.*you raise the cap with \/alerts or you top up/);
    expect(total()).toBeGreaterThan(40_000_000);
    expect(total()).toBeLessThanOrEqual(40_000_000 + CAP_TOKENS);
    expect((await reads(ann.does('alerts'))).text).toMatch(/Used in this cycle: \$(19|20)\.\d\d/);

    await setCap(50);
    expect((await ask(ann, 'On I go [[length:5]]')).isRefused).toBe(false);
    expect(told()).toEqual(['50', '80', '100']);
  });

  it('of 0 means none at all: answers stop when the tokens are used up', async () => {
    await begin();
    await setCap(0);
    await use(300);
    await use(300);
    expect((await ask(ann, 'More')).isRefused).toBe(true);
    await bot.meterTick();
    expect(total()).toBeLessThanOrEqual(40_000_000);
    expect(bot.kept.accounts()[0]?.ledger?.overage).toBe(0);
    expect(told()).toEqual([]);
    expect((await reads(ann.does('alerts'))).text).toMatch(/Overage: none/);
  });

  it('tells again in the next cycle', async () => {
    await begin();
    await setCap(20);
    await use(300);
    await use(99);
    await use(22);
    await bot.meterTick();
    expect(told()).toEqual(['50']);
    bot.world.dodo.renew([...bot.world.dodo.store.subscriptions.keys()][0] ?? '');
    await bot.settle();
    await use(300);
    await use(99);
    await use(22);
    expect(told()).toEqual(['50', '50']);
  });

  it("is never above the operator's", async () => {
    await begin({ OVERAGE_CAP_USD: '10' });
    expect((await setCap(11)).text).toMatch(/^The cap can be 0 to 10 dollars, not 11\. Nothing was changed/);
    expect((await reads(ann.does('alerts'))).text).toMatch(/Overage cap: \$10\.00 a cycle.*from 0 .* to 10 dollars/s);
    await use(300);
    await use(300);
    expect((await ask(ann, 'More')).isRefused).toBe(true);
    expect(total()).toBeLessThanOrEqual(42_000_000);
  });

  it('stands beside the choice of no DMs about a low balance, by words or by the button', async () => {
    await begin();
    const settings = await reads(ann.does('alerts'));
    expect(settings.text).toMatch(/Low balance: you get a DM/);
    const deed = ann.press(settings, 'No DMs about a low balance');
    expect((await reads(deed, ({ text }) => text.startsWith('Noted'))).text).toMatch(/Low balance: no DMs/);
    await use(300);
    await use(95);
    expect(ann.dms().filter(({ text }) => /balance is low/.test(text))).toEqual([]);
  });
});

describe('the words behind /alerts on Slack', () => {
  it('are understood in any order, and change nothing when they are not', async () => {
    const bot = await startBot();
    try {
      const ann = personOn('slack', bot, 'Ann');
      const say = async (words: string) => (await reads(ann.does('alerts', words))).text;
      expect(await say('20')).toMatch(/Overage cap: \$20\.00/);
      expect(await say('CAP $30 low OFF')).toMatch(/Overage cap: \$30\.00.*no DMs/s);
      expect(await say('low on cap 0')).toMatch(/Overage: none.*you get a DM/s);
      for (const unclear of ['cap', 'cap -5', 'cap 5.50', 'cap 99999999', 'low', 'low maybe', 'cap 1 2', 'please']) {
        expect(await say(unclear)).toMatch(/^I did not understand that; nothing was changed/);
      }
      expect(await say('cap 51')).toMatch(/not 51\. Nothing was changed/);
      expect(await say('')).toMatch(/Overage: none.*you get a DM/s);
    } finally {
      await bot.close();
    }
  });
});
