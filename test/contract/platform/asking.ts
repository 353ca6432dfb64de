import { describe, expect, it } from 'vitest';
import { answerTo, ask, buy, modelTable, reads } from '../../helpers/people.ts';
import { type Begin, labels } from './stage.ts';
import type { Transport } from './transports.ts';

/** Answers to `/ask`, and what they cost. */
export function tellAsking(begin: Begin, { platform }: Transport): void {
  describe('asking', () => {
    it('streams the answer, ends it with a receipt, and keeps what is left to the asker (pain 10)', async () => {
      const { bot, ann, ben } = await begin({ world: { chunkDelayMs: 8 } });
      await buy(bot, ann, 'starter');
      const answer = await ask(ann, 'How do trees drink?');
      expect(answer.last.isPrivate).toBe(false);
      const whole = bot.world.openai.store.requests[0]?.outcome.text ?? 'nothing was asked';
      expect(answer.text).toContain(whole.slice(-40));
      const growing = answer.last.versions.filter((version) => version.length > 12 && !version.includes('ask_'));
      expect(growing.length).toBeGreaterThan(1);

      const [receipt] = bot.kept.receipts();
      const outcome = bot.world.openai.store.requests[0]?.outcome;
      expect(receipt?.charged).toBe((outcome?.promptTokens ?? 0) + (outcome?.completionTokens ?? 0));
      expect(answer.last.text).toContain(`${receipt?.charged} tokens · \`${receipt?.askId}\``);
      expect(answer.last.text).not.toMatch(/left/);
      expect(labels(answer.last)).toEqual(['Receipt']);

      const own = await reads(ann.press(answer.last, 'Receipt'), (said) => said.isPrivate);
      expect(own.text).toContain(`Charged: **${receipt?.charged} tokens**`);
      expect(own.text).toContain(`Left now: ${(10_000_000 - (receipt?.charged ?? 0)).toLocaleString('en-US')} tokens`);
      const others = await reads(ben.press(answer.last, 'Receipt'), (said) => /receipt/.test(said.text));
      expect(others.text).toBe('Only the member who asked can see this receipt.');
      expect(others.isPrivate).toBe(true);
    });

    it('shows what is left below an answer in a DM, where nobody else reads it', async () => {
      const { bot, ann } = await begin();
      await buy(bot, ann, 'topup');
      const answer = await ask(ann, 'How do trees drink?', { inDm: true });
      const charged = bot.kept.receipts()[0]?.charged ?? 0;
      expect(answer.last.text).toContain(`· ${(5_000_000 - charged).toLocaleString('en-US')} left`);
    });

    it('stops for the asker alone, and charges the input and what was written until then (pain 5)', async () => {
      const { bot, ann, ben } = await begin();
      await buy(bot, ann, 'starter');
      const deed = ann.does('ask', 'Tell me everything [[length:4000]] [[delay:15]] [[chunk:4]]');
      const [growing] = await deed.waitFor((said) =>
        said.some(({ text, buttons }) => text.length > 120 && buttons[0]?.label === 'Stop'),
      );
      if (growing === undefined) throw new Error('expected an answer that grows');
      const not = await reads(ben.press(growing, 'Stop'), (said) => /stop/.test(said.text));
      expect(not.text).toBe('Only the member who asked can stop this answer.');
      await reads(ann.press(growing, 'Stop'), (said) => /Stopping/.test(said.text));
      const answer = await answerTo(deed);
      expect(answer.last.text).toContain('Stopped.');
      const [receipt] = bot.kept.receipts();
      expect(receipt?.ending).toBe('stopped');
      expect(receipt?.countedBy).toBe('us');
      const generated = bot.world.openai.store.requests[0]?.outcome.completionTokens ?? 0;
      const input = receipt?.usage.inputTokens ?? 0;
      expect(receipt?.charged).toBeGreaterThan(input);
      expect(receipt?.charged).toBeLessThanOrEqual(input + generated);
      expect(generated).toBeLessThan(4_000);
    });

    it('charges nothing for an answer that fails, and says so (pain 11)', async () => {
      const { bot, ann } = await begin();
      await buy(bot, ann, 'starter');
      const failed = await ask(ann, 'Please [[fail:500]]');
      expect(failed.last.text).toMatch(/not charged/);
      const empty = await ask(ann, 'Please [[empty]]');
      expect(empty.last.text).toMatch(/not charged/);
      expect(bot.kept.receipts().map((receipt) => receipt.charged)).toEqual([0, 0]);
      expect((await reads(ann.does('balance'))).text).toMatch(/10,000,000 tokens left/);
    });

    it('asks for a question that is empty or too long in a plain sentence, and charges nothing', async () => {
      const { bot, ann } = await begin({ env: { MODEL_TABLE: modelTable({ maxOutputTokens: 100, tokensEach: 1 }) } });
      await buy(bot, ann, 'topup');
      expect((await reads(ann.does('ask', '   '))).text).toMatch(/^Please write what you want to ask/);
      const long = await ask(ann, 'word '.repeat(21_000));
      expect(long.last.text).toMatch(/too long for the model.*at most [\d,]+\. Please shorten it/);
      expect(bot.world.openai.store.requests).toEqual([]);
      expect((await reads(ann.does('balance'))).text).toMatch(/5,000,000 tokens left/);
    });

    it('continues a long answer in further messages, code fences closed and reopened, nothing lost (pain 21)', async () => {
      const { bot, ann } = await begin();
      await buy(bot, ann, 'starter');
      const length = platform === 'discord' ? 2_000 : 12_000;
      const code = Array.from(
        { length: Math.ceil((length * 1.6) / 30) },
        (_, i) => `const line${i} = compute(${i}); // end`,
      );
      const prose = Array.from({ length: 12 }, (_, i) => `Sentence number ${i} stands here and says a little.`).join(
        ' ',
      );
      const whole = `${prose}\n\n\`\`\`ts\n${code.join('\n')}\n\`\`\`\n\n${prose} The end.`;
      bot.world.openai.faults.next({ repeat: whole, chunkTokens: 64 });
      const answer = await ask(ann, 'A long program, please');
      expect(answer.said.length).toBeGreaterThan(1);
      for (const { text } of answer.said) {
        expect((text.match(/^```/gm) ?? []).length % 2).toBe(0);
        if (platform === 'discord') expect(text.length).toBeLessThanOrEqual(2_000);
      }
      const reopened = answer.said.filter(({ text }) => text.startsWith('```ts\n'));
      expect(reopened.length).toBeGreaterThan(0);
      for (const line of code) expect(answer.text).toContain(line);
      const bare = (text: string) => text.replaceAll(/```(ts)?|\s/g, '');
      expect(bare(answer.text)).toContain(bare(whole));
      expect(answer.said.map((said) => labels(said))).toEqual(
        answer.said.map((_, i) => (i === answer.said.length - 1 ? ['Receipt'] : [])),
      );
    });

    it('pings nobody, whatever the model writes (pain 25)', async () => {
      const { bot, ann, ben } = await begin();
      await buy(bot, ann, 'starter');
      const mentions = `@everyone @here <!channel> <!here> <!everyone> <@${ben.id}> <@&123456789012345678> <!subteam^S012ABCDE>`;
      bot.world.openai.faults.next({ repeat: `Hello ${mentions}, and in code: \`<!channel> <@${ben.id}>\`` });
      const answer = await ask(ann, `Say ${mentions}`);
      expect(answer.text).toContain('@everyone');
      expect([...answer.said, ...ann.channel(), ...ann.dms()].some((said) => said.pings)).toBe(false);
    });

    it('answers and charges once when the platform delivers an ask twice, also after a restart (pain 20)', async () => {
      const { bot, ann } = await begin();
      await buy(bot, ann, 'starter');
      const answer = await ask(ann, 'Once only');
      await answer.deed.again();
      await bot.restart();
      await answer.deed.again();
      await bot.settle();
      expect(bot.world.openai.store.requests).toHaveLength(1);
      expect(bot.kept.receipts()).toHaveLength(1);
      expect(ann.channel()).toHaveLength(1);
      bot.advance(31_000);
      await bot.meterTick();
      expect([...bot.world.dodo.store.events.keys()]).toEqual([bot.kept.receipts()[0]?.askId]);
    });

    it('takes one of two deliveries at the same moment (pain 20)', async () => {
      const { bot, ann } = await begin({ world: { chunkDelayMs: 5 } });
      await buy(bot, ann, 'starter');
      const deed = ann.does('ask', 'Twice at once');
      await Promise.all([deed.again(), deed.again(), answerTo(deed)]);
      await bot.settle();
      expect(bot.world.openai.store.requests).toHaveLength(1);
      expect(bot.kept.receipts()).toHaveLength(1);
    });

    it('shows a notice that no DM could bring at the next command, in private and once (pain 25)', async () => {
      const { bot, ann } = await begin();
      ann.closeDms();
      await buy(bot, ann, 'starter');
      expect(ann.dms()).toEqual([]);
      const told = await reads(ann.does('balance'), (said) => /tokens were added/.test(said.text));
      expect(told.isPrivate).toBe(true);
      expect(told.text).toMatch(/\*\*10,000,000 tokens were added\*\*/);
      const next = ann.does('help');
      await reads(next);
      await bot.settle();
      expect(next.said().some((said) => /tokens were added/.test(said.text))).toBe(false);
    });

    it('warns of a low balance once per threshold, clamps what is left to an answer, then refuses (pains 2, 12, 13)', async () => {
      const env = { MODEL_TABLE: modelTable({ maxOutputTokens: 300, leastOutputTokens: 20, tokensEach: 10_000 }) };
      const { bot, ann } = await begin({ env });
      await buy(bot, ann, 'topup');
      await ask(ann, '[[length:200]]');
      await bot.settle();
      expect(ann.dms()).toHaveLength(1);
      const clamped = await ask(ann, 'More [[length:210]]');
      expect(clamped.text).not.toMatch(/balance allowed/);
      await bot.settle();
      expect(ann.dms().at(-1)?.text).toMatch(/balance is low: \*\*8\d\d,\d{3} tokens left\*\*, at or below 20%/);
      const cut = await ask(ann, 'And more [[length:250]]');
      expect(cut.last.text).toMatch(/your balance allowed at most \d\d tokens/);
      await bot.settle();
      expect(ann.dms().at(-1)?.text).toMatch(/at or below 5%|used up/);
      const told = ann.dms().length;
      const refused = await ask(ann, 'Again');
      expect(refused.isRefused).toBe(true);
      expect(refused.last.text).toMatch(/needs at least [\d,]+ tokens and you have [\d,]+ free|no tokens left/);
      await bot.meterTick();
      expect(ann.dms()).toHaveLength(told);
      const charged = bot.kept.receipts().reduce((sum, receipt) => sum + receipt.charged, 0);
      expect(charged).toBeLessThanOrEqual(5_000_000);
    });
  });
}
