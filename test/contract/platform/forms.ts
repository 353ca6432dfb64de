import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../src/core/time.ts';
import type { Bot } from '../../helpers/bot.ts';
import { buy, personOn, reads } from '../../helpers/people.ts';
import { type Begin, labels } from './stage.ts';
import type { Transport } from './transports.ts';

/** Forms behind buttons: what is typed there does what the command with the same words does. */
export function tellForms(begin: Begin, { platform, connects }: Transport): void {
  const other = platform === 'discord' ? 'slack' : 'discord';

  /** The platform says that the press is too long ago. */
  function refuseForm({ world }: Bot): void {
    const route = 'post /interactions/:interactionId/:token/callback';
    if (platform === 'discord') world.discord.faults.next({ route, status: 404, code: 10062 });
    else world.slack.faults.next({ method: 'views.open', error: 'expired_trigger_id' });
  }

  describe('forms', () => {
    it('lets a member enter the code of the other platform, in private, and spend that wallet', async () => {
      const { bot, ann } = await begin();
      const buyer = personOn(other, bot, 'Buyer');
      await buy(bot, buyer, 'topup');
      const code = /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec((await reads(buyer.does('link'))).text)?.[0] ?? '';
      const offer = await reads(ann.does('link'));
      expect(labels(offer)).toEqual(['Enter a code']);
      const form = await ann.press(offer, 'Enter a code').form();
      expect(form).toMatchObject({ title: 'Link your wallet', labels: ['The code that your other platform shows'] });
      const wrong = await reads(form.fill({ code: 'nonsense' }));
      expect(wrong.text).toContain('This code does not work');
      expect([wrong.isPrivate, labels(wrong)]).toEqual([true, ['Enter a code']]);
      const again = await ann.press(wrong, 'Enter a code').form();
      const sent = again.fill({ code: ` ${code.toLowerCase()} ` });
      const joined = await reads(sent);
      expect(joined.text).toContain('you now spend from the same wallet');
      expect(joined.isPrivate).toBe(true);
      await bot.restart();
      await sent.again();
      const balance = await reads(ann.does('balance'), ({ text }) => text.includes('tokens left'));
      expect(balance.text).toContain('5,000,000 tokens left');
      bot.advance(MINUTE);
      await bot.settle();
      expect(buyer.dms().filter(({ text }) => text.includes('is now shared'))).toHaveLength(1);
      expect(ann.channel()).toEqual([]);
    });

    it('takes an amount as the command does, with the same checks and words', async () => {
      const { ann } = await begin();
      const settings = await reads(ann.does('alerts'));
      expect(labels(settings)[0]).toBe('Change cap');
      const fill = async (cap: string) => {
        const form = await ann.press(settings, 'Change cap').form();
        expect(form.labels).toEqual(['Dollars a cycle, 0 to 50']);
        return reads(form.fill({ cap }));
      };
      expect(await fill('20')).toMatchObject({
        text: expect.stringMatching(/^Noted\.\n\*\*Overage cap: \$20\.00 a cycle/),
        isPrivate: true,
      });
      expect((await fill('51')).text).toBe('The cap can be 0 to 50 dollars, not 51. Nothing was changed.');
      expect((await fill('a lot')).text).toMatch(/^I did not understand that; nothing was changed\. For example: /);
      expect((await reads(ann.does('alerts'))).text).toContain('Overage cap: $20.00 a cycle');
      expect(ann.channel()).toEqual([]);
    });

    it('works in the direct conversation, where what comes of it stands too', async () => {
      const { ann } = await begin();
      const settings = await reads(ann.does('alerts', undefined, { inDm: true }));
      const form = await ann.press(settings, 'Change cap').form();
      const noted = await reads(form.fill({ cap: '$5' }), ({ text }) => text.startsWith('Noted.'));
      expect(noted.text).toContain('Overage cap: $5.00 a cycle');
      expect(noted.place.channel).toBe(settings.place.channel);
    });

    it('takes one that was opened, and one whose button was shown, before a restart', async () => {
      const { bot, ann } = await begin();
      const settings = await reads(ann.does('alerts'));
      const form = await ann.press(settings, 'Change cap').form();
      await bot.restart();
      expect((await reads(form.fill({ cap: '7' }))).text).toContain('Overage cap: $7.00 a cycle');
      await bot.restart();
      const later = await ann.press(settings, 'Change cap').form();
      expect((await reads(later.fill({ cap: '8' }))).text).toContain('Overage cap: $8.00 a cycle');
    });

    it('takes one that is delivered twice once', async () => {
      const { ann } = await begin();
      const form = await ann.press(await reads(ann.does('link')), 'Enter a code').form();
      const deed = form.fill({ code: 'nonsense' });
      await reads(deed);
      await deed.again();
      await reads(ann.does('help'));
      expect(deed.said().filter(({ text }) => text.includes('This code does not work'))).toHaveLength(1);
    });

    // Over HTTP Discord is answered in its own request, so that nothing of the platform's can come in between.
    if (platform === 'discord' && !connects) return;
    it('tells in private what to do where it came too late', async () => {
      const { bot, ann } = await begin();
      const settings = await reads(ann.does('alerts'));
      refuseForm(bot);
      const pressed = ann.press(settings, 'Change cap');
      const isTold = ({ text }: { text: string }) => text.startsWith('The form could not be opened. Press the button');
      if (platform === 'slack') expect((await reads(pressed, isTold)).isPrivate).toBe(true);
      else await expect.poll(() => ann.dms().some(isTold), { timeout: 10_000 }).toBe(true);
      const form = await ann.press(settings, 'Change cap').form();
      expect((await reads(form.fill({ cap: '9' }))).text).toContain('Overage cap: $9.00 a cycle');
    });
  });
}
