import { afterEach, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { answerTo, ask, buy, modelTable, type Person, type Product, personOn, type Said } from '../helpers/people.ts';

const ASKS = 60;
const GRANTED: Record<Product, number> = { starter: 10_000_000, pro: 40_000_000, topup: 5_000_000 };

describe('overspend: however many asks run at once, no more is charged than was granted (I1)', () => {
  let bot: Bot;
  afterEach(() => bot.close());

  async function begin(platform: 'discord' | 'slack', product: Product): Promise<Person> {
    bot = await startBot({
      env: {
        MODEL_TABLE: modelTable({ maxOutputTokens: 100, leastOutputTokens: 10, tokensEach: 10_000 }),
        MAX_ASKS_PER_ACCOUNT: '100',
        MEMBER_ASKS_PER_MINUTE: '0',
      },
      // Nor is this about how quick it is: sixty at once can take a slow machine longer than Discord waits.
      world: { chunkDelayMs: 5, acknowledgeWithinMs: 30_000 },
      // So many streams edited every 20 ms would only measure this machine.
      overrides: { editIntervalMs: 500 },
    });
    const ann = personOn(platform, bot, 'Ann');
    await buy(bot, ann, product);
    return ann;
  }

  const receipts = () => bot.kept.receipts();
  const charged = () => receipts().reduce((sum, receipt) => sum + receipt.charged, 0);
  const balanceAtDodo = () => {
    const [customer = ''] = bot.world.dodo.store.customers.keys();
    return Number(bot.world.dodo.store.balance(customer, bot.world.env.CREDIT_ENTITLEMENT_ID ?? '')?.balance);
  };
  /** What the asks that were sent to the model could have cost at most. */
  const bounds = () =>
    bot.world.openai.store.requests.map(
      (request) => (request.body as { max_completion_tokens?: number }).max_completion_tokens,
    );

  it.each([
    ['discord', 'starter'],
    ['discord', 'topup'],
  ] as const)(
    'sixty asks at once on one wallet (%s, %s), and sixty more before the meter runs (pain 1)',
    async (platform, product) => {
      const ann = await begin(platform, product);
      for (const wave of [1, 2]) {
        const answers = await Promise.all(
          Array.from({ length: ASKS }, (_, i) => ask(ann, `Wave ${wave}, question ${i} [[length:90]]`)),
        );
        const refused = answers.filter((answer) => answer.isRefused);
        expect(refused.length).toBeGreaterThan(0);
        for (const { last } of refused) {
          expect(last.text).toMatch(/needs at least [\d,]+|no tokens left/);
          expect(last.buttons.some(({ label }) => label.startsWith('Top up'))).toBe(true);
        }
        expect(charged()).toBeLessThanOrEqual(GRANTED[product]);
        expect(bot.kept.accounts()[0]?.holds).toEqual([]);
      }
      expect(charged()).toBeGreaterThan(GRANTED[product] * 0.9);
      const clamped = bounds().filter((bound) => bound !== undefined && bound < 100);
      expect(clamped.length).toBeGreaterThan(0);
      expect(bounds().every((bound) => bound !== undefined && bound >= 10 && bound <= 100)).toBe(true);

      // The meter runs a minute late: Dodo has charged all that was served, and there is nothing that nobody paid.
      for (let minute = 0; minute < 3; minute += 1) {
        bot.advance(61_000);
        await bot.meterTick();
      }
      expect(balanceAtDodo()).toBe(GRANTED[product] - charged());
      expect(bot.kept.accounts()[0]?.ledger?.balance).toBe(balanceAtDodo());
    },
  );

  it('sixty asks at once on Slack', async () => {
    const ann = await begin('slack', 'starter');
    const deeds = Array.from({ length: ASKS }, (_, i) => ann.does('ask', `Question ${i} [[length:90]]`));
    const isOver = (said: Said) =>
      said.buttons.some(({ label }) => label === 'Receipt') ||
      (said.isPrivate && /Nothing was charged/.test(said.text));
    const said = (await deeds[0]?.waitFor((all) => all.filter(isOver).length === ASKS)) ?? [];
    expect(said.filter(({ isPrivate }) => isPrivate).length).toBe(ASKS - receipts().length);
    expect(receipts().length).toBeGreaterThan(5);
    expect(charged()).toBeLessThanOrEqual(GRANTED.starter);
    await bot.meterTick();
    expect(balanceAtDodo()).toBe(GRANTED.starter - charged());
  });

  it('tells the member of an answer that was clamped, while it is written and below it (pain 2)', async () => {
    const ann = await begin('discord', 'topup');
    for (const length of [90, 90, 90, 90, 90]) await ask(ann, `Use [[length:${length}]]`);
    const deed = ann.does('ask', 'The last of it [[length:90]]');
    const answer = await answerTo(deed);
    const bound = bounds().at(-1);
    expect(bound).toBeLessThan(60);
    expect(answer.last.versions[0]).toContain(`Your balance allows an answer of at most ${bound} tokens.`);
    expect(answer.last.text).toContain(`your balance allowed at most ${bound} tokens`);
    expect(receipts().at(-1)?.usage.outputTokens).toBe(bound);
    expect(charged()).toBeLessThanOrEqual(GRANTED.topup);
  });
});
