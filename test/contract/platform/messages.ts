import { describe, expect, it } from 'vitest';
import type { RequestOutcome } from '../../../src/sandbox/openai/store.ts';
import { type Answered, answerTo, buy, linkIn, reads } from '../../helpers/people.ts';
import { type Begin, labels, type Stage } from './stage.ts';
import type { Transport } from './transports.ts';

/** Messages to the bot, which ask as `/ask` does. */
export function tellMessages(begin: Begin, { platform }: Transport): void {
  function chargedOnce({ bot }: Stage, answer: Answered): number {
    const [receipt, ...others] = bot.kept.receipts();
    expect(others).toEqual([]);
    expect(bot.world.openai.store.requests).toHaveLength(1);
    expect(answer.last.text).toContain(`${receipt?.charged} tokens · \`${receipt?.askId}\``);
    return receipt?.charged ?? 0;
  }

  describe('messages', () => {
    it('answers a mention for everybody, streamed, with a receipt and without a ping', async () => {
      const stage = await begin({ world: { chunkDelayMs: 8 } });
      const { bot, ann, ben } = stage;
      await buy(bot, ann, 'starter');
      const answer = await answerTo(ann.mentions('How do trees drink?'));
      const outcome = answered(stage, 'How do trees drink?');
      expect(answer.text).toContain(outcome.text.slice(-40));
      const growing = answer.last.versions.filter((version) => version.length > 12 && !version.includes('ask_'));
      expect(growing.length).toBeGreaterThan(1);
      const charged = chargedOnce(stage, answer);
      expect(charged).toBe(outcome.promptTokens + outcome.completionTokens);
      expect(ben.channel().map(({ text }) => text)).toEqual(answer.said.map(({ text }) => text));
      expect(answer.last.isPrivate).toBe(false);
      expect(answer.last.text).not.toMatch(/left/);
      expect(answer.said.some(({ pings }) => pings)).toBe(false);
      const own = await reads(ann.press(answer.last, 'Receipt'), (said) => said.isPrivate);
      expect(own.text).toContain(`Charged: **${charged} tokens**`);
    });

    it('refuses a mention with an empty wallet in private, with buttons that work', async () => {
      const { bot, ann, ben } = await begin();
      const refused = await answerTo(ann.mentions('Why is the sky blue?'));
      expect(refused.isRefused).toBe(true);
      expect(refused.last.isPrivate).toBe(true);
      expect(refused.last.text).toMatch(/no tokens left; this question needs at least [\d,]+/);
      expect(labels(refused.last)).toHaveLength(3);
      expect(ben.channel()).toEqual([]);
      expect(bot.world.openai.store.requests).toEqual([]);
      const pay = await reads(ann.press(refused.last, 'Subscribe to Pro'), (said) => labels(said).includes('Pay'));
      expect(pay.isPrivate).toBe(true);
      expect(linkIn(pay)).toContain(bot.world.dodo.url);
    });

    it('answers a direct message there, and shows what is left', async () => {
      const stage = await begin();
      const { bot, ann } = stage;
      await buy(bot, ann, 'topup');
      const before = ann.dms().length;
      const answer = await answerTo(ann.writes('How do trees drink?'));
      expect(answered(stage, 'How do trees drink?').state).toBe('complete');
      expect(answer.last.isPrivate).toBe(true);
      expect(answer.last.text).toContain(`· ${(5_000_000 - chargedOnce(stage, answer)).toLocaleString('en-US')} left`);
      expect(ann.dms()).toHaveLength(before + 1);
      expect(ann.channel()).toEqual([]);
    });

    it('refuses a direct message with an empty wallet there', async () => {
      const { ann } = await begin();
      const refused = await answerTo(ann.writes('Why is the sky blue?'));
      expect([refused.isRefused, refused.last.isPrivate]).toEqual([true, true]);
      expect(labels(refused.last)).toHaveLength(3);
      expect(ann.channel()).toEqual([]);
    });

    it('answers a reply to its answer', async () => {
      const stage = await begin();
      const { bot, ann } = stage;
      await buy(bot, ann, 'starter');
      const first = await answerTo(ann.mentions('How do trees drink?'));
      const second = await answerTo(ann.replies(first.last, 'And how do they sleep?'));
      expect(second.last.text).not.toBe(first.last.text);
      expect(second.text).toContain(answered(stage, 'And how do they sleep?').text.slice(-40));
      expect(bot.kept.receipts()).toHaveLength(2);
      expect(second.last.thread).toBe(first.last.thread);
    });

    it('stops an answer to a message for the asker alone, and charges what was written', async () => {
      const { bot, ann, ben } = await begin();
      await buy(bot, ann, 'starter');
      const deed = ann.mentions('Tell me everything [[length:4000]] [[delay:15]] [[chunk:4]]');
      const growing = await reads(deed, ({ text, buttons }) => text.length > 40 && buttons[0]?.label === 'Stop');
      const not = await reads(ben.press(growing, 'Stop'), (said) => /stop/.test(said.text));
      expect(not.text).toBe('Only the member who asked can stop this answer.');
      await reads(ann.press(growing, 'Stop'), (said) => /Stopping/.test(said.text));
      expect((await answerTo(deed)).last.text).toContain('Stopped.');
      const [receipt] = bot.kept.receipts();
      expect(receipt?.ending).toBe('stopped');
      expect(receipt?.charged).toBeGreaterThan(receipt?.usage.inputTokens ?? 0);
    });

    it('answers and charges once when a message is delivered twice, also after a restart', async () => {
      const stage = await begin();
      const { bot, ann } = stage;
      await buy(bot, ann, 'starter');
      const answer = await answerTo(ann.mentions('Once only'));
      await answer.deed.again();
      await bot.restart();
      await answer.deed.again();
      // What came after it was heard after it.
      await reads(ann.does('help'));
      await bot.settle();
      chargedOnce(stage, answer);
      expect(ann.channel()).toHaveLength(1);
    });

    it('lets nobody read a figure where a member takes no direct messages', async () => {
      const { bot, ann, ben } = await begin();
      ann.closeDms();
      const deed = ann.mentions('Why is the sky blue?');
      if (platform === 'discord') {
        expect((await reads(deed)).text).toMatch(/does not let me send you a DM/);
      } else {
        expect((await answerTo(deed)).last.isPrivate).toBe(true);
      }
      await bot.settle();
      expect(ann.dms()).toEqual([]);
      expect(ben.channel()).toHaveLength(platform === 'discord' ? 1 : 0);
      for (const { text, buttons } of ben.channel())
        expect([text, buttons]).toEqual([expect.not.stringMatching(/\d/), []]);
    });

    it('keeps a notice that no DM could bring through a mention, until a command can show it', async () => {
      const { bot, ann, ben } = await begin();
      ann.closeDms();
      await buy(bot, ann, 'starter');
      const answer = await answerTo(ann.mentions('How do trees drink?'));
      await bot.settle();
      for (const { text } of ben.channel()) expect(text).not.toMatch(/tokens were added/);
      const seenAlready = answer.deed.said().some(({ text }) => /tokens were added/.test(text));
      const balance = ann.does('balance');
      await reads(balance, ({ text }) => /tokens left/.test(text));
      await bot.settle();
      const seenNow = balance.said().some(({ text }) => /tokens were added/.test(text));
      expect([seenAlready, seenNow].filter((isSeen) => isSeen)).toHaveLength(1);
    });
  });
}

/** What the model answered, when it was asked this. */
function answered({ bot }: Stage, prompt: string): RequestOutcome {
  const request = bot.world.openai.store.requests.at(-1);
  expect(request?.body).toMatchObject({ messages: [{ role: 'user', content: prompt }] });
  if (request === undefined) throw new Error('expected a request to the model, got none');
  return request.outcome;
}
