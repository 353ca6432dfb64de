import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/sandbox/dodo/server.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { buy, checkoutOf, type Person, payAt, personOn, reads } from '../helpers/people.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe.each(['discord', 'slack'] as const)(
  '"I paid but see nothing" on %s heals itself by /balance (pain 7)',
  (on) => {
    let bot: Bot;
    let ann: Person;
    const exchanges: Exchange[] = [];
    afterEach(async () => {
      exchanges.length = 0;
      await bot.close();
    });

    async function begin(options: BotOptions = {}): Promise<void> {
      bot = await startBot({
        ...options,
        world: { dodo: { onExchange: (exchange) => void exchanges.push(exchange) }, ...options.world },
      });
      ann = personOn(on, bot, 'Ann');
    }

    const balance = async () => (await reads(ann.does('balance'))).text;
    const account = () => bot.kept.accounts()[0];
    const added = () => ann.dms().filter(({ text }) => text.includes('were added'));
    const faults = () => bot.world.dodo.webhooks.faults;

    it.each(['topup', 'starter'] as const)('finds a first %s of which no webhook ever comes', async (product) => {
      await begin();
      const url = await checkoutOf(ann, product);
      faults().drop = true;
      await payAt(url, 'ann@example.com');
      const text = await balance();
      expect(text).toMatch(/Your payment has arrived\./);
      expect(text).toMatch(
        product === 'topup' ? /5,000,000 tokens left/ : /10,000,000 tokens left[\s\S]*Plan: Starter/,
      );
      await bot.settle();
      expect(added()).toHaveLength(1);
      bot.advance(21 * SECOND);
      expect(await balance()).not.toMatch(/payment/);
    });

    it('finds a later one as well, and the webhooks that come late change nothing', async () => {
      await begin();
      await buy(bot, ann, 'topup');
      faults().delayMs = 60 * MINUTE;
      const url = await checkoutOf(ann, 'starter');
      await payAt(url, 'ann@example.com');
      const text = await balance();
      expect(text).toMatch(/Your payment has arrived\./);
      expect(text).toMatch(/15,000,000 tokens left[\s\S]*Plan: Starter/);
      expect(account()?.checkouts).toEqual([]);
      bot.advance(61 * MINUTE);
      await bot.settle();
      expect(account()?.ledger?.balance).toBe(15_000_000);
      expect(added()).toHaveLength(2);
    });

    it('says that a checkout is not paid, and that a payment which is being made is being confirmed', async () => {
      await begin();
      const url = await checkoutOf(ann, 'topup');
      expect(await balance()).toMatch(/not paid yet/);
      await payAt(url, 'ann@example.com', 'decline').catch(() => {});
      bot.advance(21 * SECOND);
      expect(await balance()).toMatch(/not paid yet/);
      for (const payment of bot.world.dodo.store.payments.values()) payment.status = 'processing';
      bot.advance(21 * SECOND);
      expect(await balance()).toMatch(/still being confirmed/);
      expect(account()?.customerId).toBeNull();
    });

    it('says that it is being confirmed while Dodo has the payment and not the credits', async () => {
      await begin();
      await buy(bot, ann, 'topup');
      bot.advance(MINUTE);
      faults().drop = true;
      await payAt(await checkoutOf(ann, 'topup'), 'ann@example.com');
      const [customer = ''] = bot.world.dodo.store.customers.keys();
      const wallet = bot.world.dodo.store.wallet(customer, bot.world.env.CREDIT_ENTITLEMENT_ID ?? '');
      const row = wallet?.rows.pop();
      const grant = wallet?.grants.pop();
      expect(await balance()).toMatch(/still being confirmed[\s\S]*5,000,000 tokens left/);
      if (wallet === undefined || row === undefined || grant === undefined) throw new Error('expected a credit');
      wallet.rows.push(row);
      wallet.grants.push(grant);
      expect(await balance()).toMatch(/still being confirmed[\s\S]*5,000,000 tokens left/);
      bot.advance(21 * SECOND);
      expect(await balance()).toMatch(/has arrived[\s\S]*10,000,000 tokens left/);
    });

    it('reads the ledger of a customer whose first reading has not been made', async () => {
      await begin();
      const url = await checkoutOf(ann, 'topup');
      Object.assign(faults(), { drop: true, only: (type: string) => type.startsWith('credit.') });
      await payAt(url, 'ann@example.com');
      await bot.world.dodo.webhooks.flush();
      expect(await balance()).toMatch(/5,000,000 tokens left/);
    });

    it('asks Dodo at most once in twenty seconds, and nothing at all of a member with no checkout', async () => {
      await begin();
      await checkoutOf(ann, 'topup');
      exchanges.length = 0;
      for (let times = 0; times < 5; times += 1) expect(await balance()).toMatch(/not paid yet/);
      expect(exchanges.filter(({ operation }) => operation === '/checkouts/{id}')).toHaveLength(1);
      bot.advance(20 * SECOND);
      await balance();
      expect(exchanges.filter(({ operation }) => operation === '/checkouts/{id}')).toHaveLength(2);
      exchanges.length = 0;
      await reads(personOn(on, bot, 'Ben').does('balance'));
      bot.advance(25 * 60 * MINUTE);
      await balance();
      expect(exchanges.filter(({ operation }) => operation === '/checkouts/{id}')).toEqual([]);
    });

    it.each(['503', 'hang'])('shows the balance all the same when Dodo is away (%s)', async (how) => {
      await begin({ overrides: { billingTimeoutMs: 150 } });
      await buy(bot, ann, 'topup');
      await checkoutOf(ann, 'topup');
      bot.world.dodo.switches.outage = how === 'hang' ? 'hang' : { status: 503 };
      expect(await balance()).toMatch(/could not be looked up just now[\s\S]*5,000,000 tokens left/);
    });

    it('does not join what a customer of another wallet paid, but says so', async () => {
      await begin();
      const ben = personOn(on, bot, 'Ben');
      await buy(bot, ben, 'topup');
      const [customer = ''] = bot.world.dodo.store.customers.keys();
      await checkoutOf(ann, 'topup');
      const [, session] = bot.world.dodo.store.sessions.values();
      if (session === undefined) throw new Error("expected Ann's session");
      // As if Dodo had joined the buyers by their e-mail.
      session.customerId = customer;
      faults().drop = true;
      bot.world.dodo.pay(session.id, { email: 'ben@example.com' });
      expect(await balance()).toMatch(/could not be joined to yours[\s\S]*\b0 tokens left/);
      expect(bot.kept.accounts().filter(({ customerId }) => customerId !== null)).toHaveLength(1);
      bot.advance(61 * SECOND);
      await bot.settle();
      expect((await reads(ben.does('balance'))).text).toContain('10,000,000 tokens left');
    });
  },
);
