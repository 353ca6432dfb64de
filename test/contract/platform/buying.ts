import { describe, expect, it } from 'vitest';
import { ask, buy, checkoutOf, linkIn, payAt, reads } from '../../helpers/people.ts';
import { type Begin, labels } from './stage.ts';

/** Wallets, purchases and the talk about them. */
export function tellBuying(begin: Begin): void {
  describe('buying', () => {
    it('refuses an empty wallet clearly, in private, with what is needed and buttons to buy (pain 12)', async () => {
      const { bot, ann } = await begin();
      const refused = await ask(ann, 'Why is the sky blue?');
      expect(refused.isRefused).toBe(true);
      expect(refused.said).toHaveLength(1);
      expect(refused.last.isPrivate).toBe(true);
      expect(refused.last.text).toMatch(/no tokens left; this question needs at least [\d,]+/);
      expect(labels(refused.last)).toEqual([
        'Subscribe to Starter · $29.00 a month',
        'Subscribe to Pro · $99.00 a month',
        'Top up 5,000,000 · $19.00',
      ]);
      expect(bot.world.openai.store.requests).toHaveLength(0);
      const pay = await reads(ann.press(refused.last, 'Subscribe to Starter'), (said) => labels(said).includes('Pay'));
      expect(pay.isPrivate).toBe(true);
      expect(linkIn(pay)).toContain(bot.world.dodo.url);
    });

    it('tells each purchase by one DM that names the tokens, and shows them in the balance', async () => {
      const { bot, ann } = await begin();
      await buy(bot, ann, 'starter');
      expect(ann.dms().map((said) => said.text)).toEqual([
        '**10,000,000 tokens were added** to your NeuralAPI wallet. Your balance is now 10,000,000 tokens.',
      ]);
      await buy(bot, ann, 'topup');
      expect(ann.dms().map((said) => said.text.split(' to your')[0])).toEqual([
        '**10,000,000 tokens were added**',
        '**5,000,000 tokens were added**',
      ]);
      const balance = await reads(ann.does('balance'));
      expect(balance.isPrivate).toBe(true);
      expect(balance.text).toMatch(/15,000,000 tokens left/);
      expect(balance.text).toMatch(/Plan: Starter, which renews on \d{4}-\d\d-\d\d/);
      const [first] = ann.dms();
      if (first === undefined) throw new Error('expected a DM');
      expect((await reads(ann.press(first, 'Balance'))).text).toMatch(/15,000,000 tokens left/);
    });

    it('gives the open checkout again, refuses another one beside it, and no second plan to a subscriber', async () => {
      const { bot, ann } = await begin();
      const first = await checkoutOf(ann, 'starter');
      const again = await reads(ann.does('subscribe', 'starter'), (said) => /still open/.test(said.text));
      expect(linkIn(again)).toBe(first);
      const other = await reads(ann.does('topup', '1'), (said) => /already have a checkout open/.test(said.text));
      expect(linkIn(other)).toBe(first);
      await payAt(first, 'ann@example.com');
      await bot.settle();
      const second = await reads(ann.does('subscribe', 'pro'));
      expect(second.text).toMatch(/already have NeuralAPI Starter/);
      expect(labels(second)).toEqual(['Plan', 'Top up']);
    });

    it('tells a declined card by DM, adds nothing, and lets the same link be paid afterwards', async () => {
      const { bot, ann } = await begin();
      await buy(bot, ann, 'topup');
      const url = await checkoutOf(ann, 'starter');
      await payAt(url, 'ann@example.com', 'decline');
      await bot.settle();
      expect(ann.dms().at(-1)?.text).toMatch(/payment of \$29\.00 to NeuralAPI did not go through/);
      await payAt(url, 'ann@example.com');
      await bot.settle();
      expect((await reads(ann.does('balance'))).text).toMatch(/15,000,000 tokens left/);
    });

    it('sells several packs at once, and asks again for a number or a plan that makes no sense', async () => {
      const { bot, ann } = await begin();
      for (const packs of ['0', '21']) {
        const nonsense = await reads(ann.does('topup', packs));
        expect(nonsense.text).toBe(`You can buy 1 to 20 packs at a time, not "${packs}". For example: /topup 2`);
      }
      const gold = await reads(ann.does('subscribe', 'gold'));
      expect(gold.text).toMatch(/There is no plan "gold"/);
      expect(labels(gold)).toEqual(['Subscribe to Starter', 'Subscribe to Pro']);
      expect(bot.world.dodo.store.sessions.size).toBe(0);
      const offer = await reads(ann.does('topup', '3'));
      expect(offer.text).toMatch(/3 × Token Top-Up Pack: 15,000,000 tokens for \$57\.00/);
      await payAt(linkIn(offer), 'ann@example.com');
      await bot.settle();
      expect(ann.dms().map((said) => said.text)).toEqual([expect.stringMatching(/\*\*15,000,000 tokens were added/)]);
    });

    it('leads to the portal where a plan can be cancelled, and says so when there is nothing to manage', async () => {
      const { bot, ann } = await begin();
      expect((await reads(ann.does('billing'))).text).toMatch(/nothing to manage yet/);
      await buy(bot, ann, 'starter');
      const billing = await reads(ann.does('billing'));
      expect(billing.isPrivate).toBe(true);
      const page = await fetch(linkIn(billing));
      expect(page.status).toBe(200);
      expect(await page.text()).toMatch(/cancel/i);
    });

    it('explains itself with commands, prices, terms and privacy', async () => {
      const links = { TERMS_URL: 'https://example.com/terms', PRIVACY_URL: 'https://example.com/privacy' };
      const { ann } = await begin({ env: links });
      const help = await reads(ann.does('help'));
      expect(help.isPrivate).toBe(true);
      for (const word of [
        '/ask',
        '/subscribe',
        '/topup',
        '/balance',
        '/billing',
        '/help',
        '$29.00',
        '$99.00',
        '$19.00',
      ])
        expect(help.text).toContain(word);
      expect(help.buttons.map(({ label, url }) => [label, url])).toEqual([
        ['Terms', links.TERMS_URL],
        ['Privacy', links.PRIVACY_URL],
      ]);
    });

    it('answers a command that it does not have with a plain sentence', async () => {
      const { ann } = await begin();
      const unknown = await reads(ann.does('frobnicate'));
      expect(unknown.text).toMatch(/not (something I know|known here)/);
      expect(unknown.isPrivate).toBe(true);
    });
  });
}
