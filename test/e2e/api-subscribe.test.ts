import { afterEach, describe, expect, it } from 'vitest';
import type { Account } from '../../src/core/account/account.ts';
import { type Store, StoreError } from '../../src/core/store.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { type Bot, type BotOptions, startBot } from '../helpers/bot.ts';
import { developerWith, keyOf } from '../helpers/developer.ts';
import { createPageVisitor } from '../helpers/page-visitor.ts';
import { ask, buy, payAt, personOn, reads } from '../helpers/people.ts';

let bot: Bot;
afterEach(() => bot.close());

const WISH = { plan: 'starter', email: 'dev@example.com', name: 'Dev' };

/** At the beginning of a minute, so that none ends while something is counted. */
async function begin(options: BotOptions = {}): Promise<void> {
  bot = await startBot(options);
  bot.advance(MINUTE - (bot.now() % MINUTE));
}

async function subscribe(wish: object = WISH, headers: Record<string, string> = {}) {
  const response = await fetch(`${bot.app.url}/checkout/subscribe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(wish),
  });
  const body = (await response.json()) as { checkout_url: string; session_id: string; error: { code: string } };
  return { status: response.status, headers: response.headers, body };
}

/** Where the newest checkout sends its buyer, on this machine. */
function claimUrl(): string {
  const session = [...bot.world.dodo.store.sessions.values()].at(-1);
  return `${bot.app.url}${new URL(session?.request.return_url ?? '').pathname}`;
}

async function look(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const KEY = /tb_[A-Za-z0-9_-]{43}/;

async function claimed() {
  const offer = await subscribe();
  const url = claimUrl();
  await payAt(offer.body.checkout_url, 'dev@example.com');
  await bot.settle();
  const page = await look(url);
  return { page, url, key: KEY.exec(page.text)?.[0] ?? '', code: /\/link ([0-9A-Z-]{11})/.exec(page.text)?.[1] ?? '' };
}

describe('POST /checkout/subscribe', () => {
  it('leads through the payment to a page that shows the first key and a code, once', async () => {
    await begin();
    const offer = await subscribe();
    expect([offer.status, Object.keys(offer.body)]).toEqual([200, ['checkout_url', 'session_id']]);
    const session = bot.world.dodo.store.sessions.get(offer.body.session_id);
    expect(session?.request).toMatchObject({
      customer: { email: 'dev@example.com', name: 'Dev' },
      feature_flags: { always_create_new_customer: true },
    });
    const url = claimUrl();

    const before = await look(url);
    expect(before.text).toContain('being confirmed');
    expect(before.headers.get('refresh')).toBe('4');
    expect(before.text).not.toMatch(KEY);

    await payAt(offer.body.checkout_url, 'dev@example.com');
    await bot.settle();
    for (const init of [{ method: 'HEAD' }, { headers: { 'sec-purpose': 'prefetch' } }]) {
      expect((await look(url, init)).text).not.toMatch(KEY);
    }
    const page = await look(url);
    const key = KEY.exec(page.text)?.[0] ?? '';
    expect(page.text).toContain('10,000,000 tokens were added');
    expect(page.headers.get('refresh')).toBeNull();
    const again = await look(url);
    expect([again.status, KEY.test(again.text)]).toEqual([404, false]);

    const dev = developerWith(key, bot);
    expect((await dev.get('/credits/me')).body).toMatchObject({ balance: 10_000_000, available: 10_000_000 });
    expect((await dev.post('/api/generate', { prompt: 'Hello' })).status).toBe(200);
    expect(bot.kept.deadLetters()).toEqual([]);
  });

  it('is kept by nobody: no cache, no Referer, no secret in the store or the log', async () => {
    await begin();
    const { page, key, url, code } = await claimed();
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const secret = url.split('.').at(-1) ?? '';
    expect(secret.length).toBeGreaterThan(40);
    const kept = JSON.stringify([bot.kept.accounts(), bot.kept.records('audit'), bot.logged]);
    for (const text of [key, secret, code]) expect(kept).not.toContain(text);
  });

  it('shows the key to one of two who look at the same moment', async () => {
    await begin();
    const { body } = await subscribe();
    const url = claimUrl();
    await payAt(body.checkout_url, 'dev@example.com');
    await bot.settle();
    const pages = await Promise.all(Array.from({ length: 6 }, () => look(url)));
    expect(pages.filter(({ text }) => KEY.test(text))).toHaveLength(1);
    expect(bot.kept.accounts().flatMap(({ apiKeys }) => apiKeys)).toHaveLength(1);
  });

  it('shows the key though the store fails as soon as it is made', async () => {
    let isDown = false;
    const aroundStore = (store: Store): Store => ({
      ...store,
      load: (...asked) => (isDown ? Promise.reject(new StoreError('down')) : store.load(...asked)),
      async commit(commit) {
        const isDone = await store.commit(commit);
        isDown = isDown || (commit.document as Account).apiKeys.some(({ lastUsedAt }) => lastUsedAt === null);
        return isDone;
      },
    });
    await begin({ overrides: { aroundStore } });
    const { page, url, key } = await claimed();
    expect([page.status, KEY.test(page.text)]).toEqual([200, true]);
    expect((await look(url)).status).toBe(503);
    isDown = false;
    expect((await developerWith(key, bot).get('/credits/me')).body.balance).toBe(10_000_000);
  });

  it('gives a wallet of its own, which a chat user joins by its code, and an account page', async () => {
    await begin();
    const ann = personOn('discord', bot, 'ann');
    const stranger = personOn('slack', bot, 'stranger');
    await buy(bot, stranger, 'topup', 'dev@example.com');
    const { key, code, page } = await claimed();
    expect((await reads(ann.does('link', code))).text).toContain('same wallet');
    expect((await ask(ann, 'Hello')).isRefused).toBe(false);
    const dev = developerWith(key, bot);
    expect((await dev.get('/credits/me')).body.available).toBeLessThan(10_000_000);
    const strangers = developerWith(await keyOf(stranger), bot);
    expect((await strangers.get('/credits/me')).body.balance).toBe(5_000_000);
    const link = /href="([^"]*\/account\/open[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const me = createPageVisitor(bot.app.url);
    const { pathname, search } = new URL(link);
    await me.get(`${pathname}${search}`);
    const account = await me.submit('/account/open');
    expect(account.text).toContain('<strong>HTTP API</strong> (you)');
    expect(account.text).toContain(ann.id);
    expect((await me.submit('/account/identities')).text).toContain('no longer spend from this wallet');
    expect((await ask(ann, 'Hello?')).isRefused).toBe(true);
    await me.get('/account');
    const more = await me.submit('/account/keys', { name: 'second' });
    const second = developerWith(KEY.exec(more.text)?.[0] ?? '', bot);
    expect((await second.get('/credits/me')).status).toBe(200);
  });

  it('sells nothing on the account page to a wallet that the operator has blocked', async () => {
    await begin();
    const { page } = await claimed();
    const link = /href="([^"]*\/account\/open[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    await bot.restart({ BLOCK_MEMBERS: bot.kept.accounts()[0]?.id ?? '' });
    const me = createPageVisitor(bot.app.url);
    const { pathname, search } = new URL(link);
    await me.get(`${pathname}${search}`);
    await me.submit('/account/open');
    const refused = await me.submit('/account/top-up', { packs: '1', pack: 'topup' });
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('has closed it to you') });
    await me.get('/account');
    expect((await me.submit('/account/invoices')).status).toBe(200);
  });

  it.each([
    ['an unknown plan', { ...WISH, plan: 'gold' }, 'unknown_plan'],
    ['a pack', { ...WISH, plan: 'topup' }, 'unknown_plan'],
    ['no e-mail', { ...WISH, email: 'dev' }, 'invalid_request'],
    ['no name', { ...WISH, name: ' ' }, 'invalid_request'],
    ['nothing', {}, 'invalid_request'],
  ])('refuses %s with 400 and makes no account', async (_what, wish, code) => {
    await begin();
    const { status, body } = await subscribe(wish);
    expect([status, body.error.code]).toEqual([400, code]);
    expect(bot.kept.accounts()).toEqual([]);
  });

  it.each([{ BLOCK_SPACES: 'api' }, { ALLOW_MEMBERS: '7' }])('sells nothing that %j would close', async (env) => {
    await begin({ env });
    const { status, body } = await subscribe();
    expect([status, body.error.code]).toEqual([403, 'closed']);
    expect(bot.kept.accounts()).toEqual([]);
  });

  it('takes five a minute from one address, as a trusted proxy tells it', async () => {
    await begin({ env: { TRUSTED_PROXIES: '1' } });
    const from = (address: string) => subscribe(WISH, { 'x-forwarded-for': `6.6.6.6, ${address}` });
    for (let n = 0; n < 5; n += 1) expect((await from('2001:db8:1:2::7')).status).toBe(200);
    const told = await from('2001:db8:1:2:ffff::8');
    expect([told.status, told.body.error.code]).toEqual([429, 'too_many_subscriptions']);
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from('2001:db8:1:3::7')).status).toBe(200);
    expect((await from('10.0.0.9')).status).toBe(200);
    bot.advance(MINUTE);
    expect((await from('2001:db8:1:2::7')).status).toBe(200);
  });

  it('believes nobody about addresses without a trusted proxy', async () => {
    await begin();
    for (let n = 0; n < 5; n += 1)
      expect((await subscribe(WISH, { 'x-forwarded-for': `10.0.0.${n}` })).status).toBe(200);
    expect((await subscribe(WISH, { 'x-forwarded-for': '10.0.0.9' })).status).toBe(429);
  });

  it('leaves three quarters of the calls to Dodo to others', async () => {
    await begin({ env: { TRUSTED_PROXIES: '1', DODO_CALLS_PER_MINUTE: '24' } });
    const statuses = [];
    for (let n = 0; n < 8; n += 1) statuses.push((await subscribe(WISH, { 'x-forwarded-for': `10.0.0.${n}` })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
  });

  it('says that Dodo cannot be reached, and what waits for a payment in vain', async () => {
    await begin();
    bot.world.dodo.switches.outage = { status: 503 };
    expect((await subscribe()).status).toBe(503);
    bot.world.dodo.switches.outage = null;
    await subscribe();
    const url = claimUrl();
    bot.advance(DAY + MINUTE);
    const late = await look(url);
    expect(late.text).toContain('no payment has come');
    expect(late.headers.get('refresh')).toBeNull();
    for (const other of ['x', `${url.split('/claim/')[1]}x`]) {
      expect((await look(`${bot.app.url}/claim/${other}`)).status).toBe(404);
    }
  });
});
