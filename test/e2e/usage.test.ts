import { afterEach, describe, expect, it } from 'vitest';
import { DAY, formatDay } from '../../src/core/time.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, modelTable, personOn, reads } from '../helpers/people.ts';

describe.each(['discord', 'slack'] as const)('/usage on %s', (platform) => {
  let bot: Bot;
  afterEach(() => bot.close());

  it('tells what was used by day and by model, with receipt numbers, and how long the rest lasts', async () => {
    bot = await startBot({
      env: { MODEL_TABLE: modelTable({ maxOutputTokens: 500, tokensEach: 1_000 }), MEMBER_ASKS_PER_MINUTE: '0' },
    });
    const ann = personOn(platform, bot, 'Ann');
    const none = await reads(ann.does('usage'));
    expect(none.isPrivate).toBe(true);
    expect(none.text).toBe('Today: 0 tokens in 0 answers.\nLast 30 days: 0 tokens in 0 answers.\n**0 tokens left.**');
    await buy(bot, ann, 'starter');
    const cycle = formatDay(bot.now());
    await ask(ann, 'Write [[length:40]]');
    expect((await reads(ann.does('usage'))).text).toContain('too little was used lately');
    bot.advance(2 * DAY);
    await bot.world.dodo.webhooks.flush();
    await bot.settle();
    await ask(ann, 'Write [[length:100]]');
    await bot.meterTick();

    const [first, second] = bot.kept.receipts().map(({ askId, charged }) => ({ askId, charged }));
    if (first === undefined || second === undefined) throw new Error('expected two receipts');
    const figure = (tokens: number) => `${new Intl.NumberFormat('en-US').format(tokens)} tokens`;
    const { text, isPrivate } = await reads(ann.does('usage'));
    expect(isPrivate).toBe(true);
    const both = first.charged + second.charged;
    expect(text).toContain(`Today: ${figure(second.charged)} in 1 answer.`);
    expect(text).toContain(`This cycle, since ${cycle}: ${figure(both)} in 2 answers.`);
    expect(text).toContain(`Last 30 days: ${figure(both)} in 2 answers.`);
    expect(text).toContain(`${formatDay(bot.now())}: ${figure(second.charged)} in 1 answer (gpt-5.4-mini)`);
    expect(text).toContain(`gpt-5.4-mini: ${figure(both)} in 2 answers`);
    expect(text.indexOf(second.askId)).toBeGreaterThan(0);
    expect(text.indexOf(first.askId)).toBeGreaterThan(text.indexOf(second.askId));
    expect(text).toContain(`**${figure(10_000_000 - both)} left.** At the pace of the last 7 days`);
    expect(text).toMatch(/they last until your plan renews on \d{4}-\d\d-\d\d\./);
  });
});
