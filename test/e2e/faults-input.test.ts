import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, type Person, personOn, reads } from '../helpers/people.ts';

const MODEL_TABLE = JSON.stringify({ 'gpt-5.4-mini': { contextTokens: 1_000, maxOutputTokens: 500 } });

let bot: Bot;

beforeAll(async () => {
  bot = await startBot({ env: { MODEL_TABLE } });
});

afterAll(() => bot.close());

describe.each(['discord', 'slack'] as const)('what a member gets wrong on %s', (platform) => {
  let person: Person;

  beforeAll(async () => {
    person = personOn(platform, bot, `${platform}-member`);
    await buy(bot, person, 'topup');
  });

  /** Nothing was asked of the model, and nothing is held or charged. */
  function expectNothingDone(): void {
    expect(bot.world.openai.store.requests).toEqual([]);
    expect(bot.kept.receipts()).toEqual([]);
    expect(bot.kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
  }

  it.each(['gold', 'Starter plan please', '<!channel> @everyone', 'x'.repeat(3_000)])(
    'names the plans to someone who asks for %s, privately and without an echo that pings',
    async (plan) => {
      const sessions = bot.world.dodo.store.sessions.size;
      const said = await reads(person.does('subscribe', plan));
      expect(said.text).toMatch(/There is no plan ".*The plans are \*?\*?starter.*pro/s);
      expect(said.text.length).toBeLessThan(600);
      expect(said.isPrivate).toBe(true);
      expect(said.pings).toBe(false);
      expect(said.buttons.map(({ label }) => label)).toEqual(['Subscribe to Starter', 'Subscribe to Pro']);
      expect(bot.world.dodo.store.sessions.size).toBe(sessions);
    },
  );

  it('takes a plan in capitals and with space around it', async () => {
    const said = await reads(person.does('subscribe', ' Starter '));
    expect(said.buttons.some(({ url }) => url !== null)).toBe(true);
  });

  it.each([' ', '\n\t ', '\u00a0\u2003'])('asks someone who wrote nothing (%j) for a question', async (prompt) => {
    const said = await reads(person.does('ask', prompt));
    expect(said.text).toMatch(/Please write what you want to ask/);
    expect(said.isPrivate).toBe(true);
    expectNothingDone();
  });

  it('tells someone whose question is too long for the model how long it may be', async () => {
    const { isRefused, last } = await ask(person, 'word '.repeat(1_000));
    expect(isRefused).toBe(true);
    expect(last.text).toMatch(/too long for the model: it has about [\d,]+ tokens and the model takes at most 8\d\d\./);
    expect(last.text).toContain('Nothing was charged');
    expectNothingDone();
  });

  it.each(['0', '21', '-1', '1000000'])('sells no %s packs', async (packs) => {
    const said = await reads(person.does('topup', packs));
    expect(said.text).toContain('You can buy 1 to 20 packs at a time');
  });
});
