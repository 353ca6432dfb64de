import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/sandbox/http-server.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { createFailingProxy, type FailingProxy } from '../helpers/failing-proxy.ts';
import { ask, buy, checkoutOf, linkIn, type Person, payAt, personOn, reads } from '../helpers/people.ts';

const BALANCE_MAX_AGE = 900;

type Outage = { status: number } | 'hang';

const OUTAGES: [string, Outage, RegExp][] = [
  ['refuses (400)', { status: 400 }, /^The payment service did not accept this\. Nothing was charged/],
  ['refuses our key (401)', { status: 401 }, /^The payment service did not accept this\. Nothing was charged/],
  ['refuses (422)', { status: 422 }, /^The payment service did not accept this\. Nothing was charged/],
  ['is busy (429)', { status: 429 }, /^The payment service is busy\. Nothing was charged/],
  ['fails (500)', { status: 500 }, /^The payment service cannot be reached at the moment\. Nothing was charged/],
  [
    'is overloaded (503)',
    { status: 503 },
    /^The payment service cannot be reached at the moment\. Nothing was charged/,
  ],
  ['hangs', 'hang', /^The payment service cannot be reached at the moment\. Nothing was charged/],
];

describe.each(['discord', 'slack'] as const)('Dodo away, seen from %s', (platform) => {
  let bot: Bot;
  let owner: Person;

  beforeAll(async () => {
    bot = await startBot({ overrides: { billingTimeoutMs: 300 } });
    owner = personOn(platform, bot, 'owner');
    await buy(bot, owner, 'starter');
  });

  afterAll(() => bot.close());

  it.each(OUTAGES)(
    'says so in a sentence when it %s, leaves nothing open, and sells again afterwards',
    async (what, outage, sentence) => {
      const person = personOn(platform, bot, `buyer ${what}`);
      bot.world.dodo.switches.outage = outage;
      const wishes = [
        () => person.does('subscribe', 'starter'),
        () => person.does('topup', '2'),
        () => owner.does('billing'),
      ];
      for (const wish of wishes) {
        const said = await reads(wish());
        expect(said.text).toMatch(sentence);
        expect(said.text).not.toMatch(/Error|undefined|INTERNAL|:\(/);
        expect(said.isPrivate).toBe(true);
      }
      expect(bot.kept.accounts().flatMap(({ checkouts }) => checkouts)).toEqual([]);
      bot.world.dodo.switches.outage = null;
      expect(linkIn(await reads(owner.does('billing')))).toContain(bot.world.dodo.url);
      await payAt(await checkoutOf(person, 'starter'), `${platform}-${what.replace(/\W/g, '')}@example.com`);
      await bot.settle();
      expect(
        person
          .dms()
          .map(({ text }) => text)
          .join(),
      ).toContain('10,000,000');
    },
  );

  it('sells on after more calls in a minute than it takes', async () => {
    bot.world.dodo.switches.rateLimitPerMinute = 1;
    const person = personOn(platform, bot, 'hurried');
    await reads(owner.does('billing'));
    expect((await reads(person.does('topup', '1'))).text).toMatch(/^The payment service is busy/);
    bot.world.dodo.switches.rateLimitPerMinute = null;
    bot.advance(60_000);
    expect(linkIn(await reads(person.does('topup', '1')))).toContain('/');
  });

  it('serves who has a confirmed balance, keeps the usage, and hands it over once', async () => {
    bot.world.dodo.switches.outage = { status: 503 };
    const { last, isRefused } = await ask(owner, 'Are you there?');
    expect(isRefused).toBe(false);
    const receipt = bot.kept.receipts().at(-1);
    expect(last.text).toContain(`${receipt?.charged} tokens`);
    bot.advance(1_000);
    await bot.settle();
    expect(bot.kept.rows('usage').map(({ body }) => body.eventId)).toContain(receipt?.askId);
    bot.world.dodo.switches.outage = null;
    bot.advance(700_000);
    await bot.meterTick();
    expect(bot.kept.rows('usage')).toEqual([]);
    const told = [...bot.world.dodo.store.events.values()].map(({ event }) => event.event_id);
    expect(told.filter((id) => id === receipt?.askId)).toEqual([receipt?.askId]);
    expect(bot.kept.deadLetters()).toEqual([]);
  });
});

describe('Dodo silent for long', () => {
  let bot: Bot;
  let member: Person;

  beforeAll(async () => {
    bot = await startBot({ overrides: { billingTimeoutMs: 300 }, env: { BALANCE_MAX_AGE: String(BALANCE_MAX_AGE) } });
    member = personOn('discord', bot, 'member');
    await buy(bot, member, 'starter');
  });

  afterAll(() => bot.close());

  it('asks Dodo now and then while nobody else does, so that quiet hours end no service', async () => {
    for (let waited = 0; waited < 3 * BALANCE_MAX_AGE; waited += BALANCE_MAX_AGE / 3) {
      bot.advance((BALANCE_MAX_AGE / 3) * 1_000 + 1_000);
      await bot.settle();
    }
    expect((await ask(member, 'Still here?')).isRefused).toBe(false);
  });

  it('goes on until the limit, then refuses in a sentence and asks no model', async () => {
    bot.world.dodo.switches.outage = { status: 503 };
    bot.advance((BALANCE_MAX_AGE - 60) * 1_000);
    await bot.settle();
    expect((await ask(member, 'Just before?')).isRefused).toBe(false);
    bot.advance(61_000 + 60_000);
    await bot.settle();
    const asked = bot.world.openai.store.requests.length;
    const { isRefused, last } = await ask(member, 'Just after?');
    expect(isRefused).toBe(true);
    expect(last.text).toMatch(/^The payment service has not been heard from for a while.*Nothing was charged\.$/);
    expect(bot.world.openai.store.requests.length).toBe(asked);
    expect(bot.kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
  });

  it('is still refused after a restart: the silence is remembered', async () => {
    await bot.restart();
    expect((await ask(member, 'And now?')).isRefused).toBe(true);
  });

  it('serves again by itself once Dodo is heard', async () => {
    bot.world.dodo.switches.outage = null;
    bot.advance(61_000);
    await bot.settle();
    expect((await ask(member, 'Welcome back?')).isRefused).toBe(false);
  });

  it('takes a verified webhook for a sign of life', async () => {
    bot.world.dodo.switches.outage = { status: 503 };
    bot.advance((BALANCE_MAX_AGE + 60) * 1_000);
    expect((await ask(member, 'Silent?')).isRefused).toBe(true);
    const [subscription] = bot.world.dodo.store.subscriptions.keys();
    bot.world.dodo.renew(subscription ?? '');
    await bot.world.dodo.webhooks.flush();
    expect((await ask(member, 'Heard?')).isRefused).toBe(false);
    bot.world.dodo.switches.outage = null;
  });
});

describe('a short BALANCE_MAX_AGE', () => {
  it('ends no service while nobody asks Dodo anything: it is asked often enough for that', async () => {
    const bot = await startBot({ env: { BALANCE_MAX_AGE: '180' } });
    try {
      const member = personOn('discord', bot, 'member');
      await buy(bot, member, 'starter');
      for (let minute = 0; minute < 4; minute += 1) {
        bot.advance(61_000);
        await bot.settle();
      }
      expect((await ask(member, 'Still here?')).isRefused).toBe(false);
    } finally {
      await bot.close();
    }
  });
});

describe('a balance that is not confirmed', () => {
  let bot: Bot;
  let proxy: FailingProxy;

  beforeAll(async () => {
    const proxied = { url: '' };
    proxy = await createFailingProxy(() => proxied.url);
    bot = await startBot({ env: { DODO_PAYMENTS_BASE_URL: proxy.url } });
    proxied.url = bot.world.dodo.url;
  });

  afterAll(async () => {
    await bot.close();
    await proxy.close();
  });

  it.each(['discord', 'slack'] as const)(
    'serves nobody on %s on trust, and does so by itself once it is confirmed',
    async (platform) => {
      const person = personOn(platform, bot, 'new');
      // Neither the ledger can be read nor does a row of it come: only the payment is known.
      proxy.fails = /ledger|grants|balances/;
      const { faults } = bot.world.dodo.webhooks;
      Object.assign(faults, { only: (type: string) => type.startsWith('credit.'), drop: true });
      const asked = bot.world.openai.store.requests.length;
      await payAt(await checkoutOf(person, 'topup'), `${platform}@example.com`);
      await bot.settle();
      const { isRefused, last } = await ask(person, 'On trust?');
      expect(isRefused).toBe(true);
      expect(last.text).toMatch(/Your payment is still being confirmed\. .*Nothing was charged/);
      expect((await reads(person.does('balance'))).text).toContain('Your payment is being confirmed');
      expect(bot.world.openai.store.requests.length).toBe(asked);

      Object.assign(faults, { only: null, drop: false });
      proxy.fails = null;
      bot.advance(600_000);
      await bot.settle();
      expect((await ask(person, 'Now?')).isRefused).toBe(false);
    },
  );
});

describe('Dodo not there at all', () => {
  it('starts all the same, says so in a sentence, and is ready for the members', async () => {
    const port = await freePort();
    const bot = await startBot({ env: { DODO_PAYMENTS_BASE_URL: `http://127.0.0.1:${port}` } });
    try {
      const person = personOn('slack', bot, 'early');
      expect((await reads(person.does('subscribe', 'pro'))).text).toMatch(/^The payment service cannot be reached/);
      expect((await ask(person, 'Hello?')).last.text).toContain('You have no tokens left');
      expect((await fetch(`${bot.app.url}/readyz`)).status).toBe(200);
    } finally {
      await bot.close();
    }
  });
});
