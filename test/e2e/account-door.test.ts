import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { accountLinkOf, createPageVisitor, type PageVisitor, signIn } from '../helpers/page-visitor.ts';
import { buy, type Person, personOn } from '../helpers/people.ts';

let bot: Bot;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  bot = await startBot();
  ann = personOn('discord', bot, 'ann');
  bob = personOn('slack', bot, 'bob');
  await buy(bot, ann, 'topup');
});

afterAll(() => bot.close());

const visitor = (): PageVisitor => createPageVisitor(bot.app.url);

describe('the link that /account gives', () => {
  it.each(['discord', 'slack'] as const)('opens the page once, on %s', async (platform) => {
    const person = platform === 'discord' ? ann : bob;
    const link = await accountLinkOf(person);
    const first = visitor();
    await first.get(link);
    const page = await first.submit('/account/open');
    expect(page).toMatchObject({ status: 200, url: `${bot.app.url}/account` });
    expect(page.text).toContain('<h1>Your account</h1>');
    expect(page.text).toContain(person.id);

    const second = visitor();
    await second.get(link);
    const refused = await second.submit('/account/open');
    expect(refused.status).toBe(410);
    expect(refused.text).toContain('used already');
    expect((await second.get('/account')).status).toBe(401);
  });

  it('is not spent by those who preview it, however often they look', async () => {
    const link = await accountLinkOf(ann);
    for (const agent of ['Slackbot-LinkExpanding 1.0', 'Mozilla/5.0 (compatible; Discordbot/2.0)', 'curl']) {
      const seen = await fetch(link, { headers: { 'user-agent': agent } });
      expect(seen.status).toBe(200);
      expect(await seen.text()).not.toContain(ann.id);
      expect(seen.headers.getSetCookie().join()).not.toContain('tallybot_account');
    }
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
    const me = visitor();
    await me.get(link);
    expect((await me.submit('/account/open')).status).toBe(200);
  });

  it('lets one of many in that post it at once', async () => {
    const link = await accountLinkOf(ann);
    const visitors = Array.from({ length: 8 }, visitor);
    await Promise.all(visitors.map((one) => one.get(link)));
    const pages = await Promise.all(visitors.map((one) => one.submit('/account/open')));
    expect(pages.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 410)]);
  });

  it('is not found in the store, nor is the key of a session', async () => {
    const me = visitor();
    const link = await accountLinkOf(ann);
    const ticket = new URL(link).searchParams.get('ticket') ?? '';
    await me.get(link);
    await me.submit('/account/open');
    const file = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '', { readOnly: true });
    const tables = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const everything = JSON.stringify(tables.map(({ name }) => file.prepare(`SELECT * FROM "${name}"`).all()));
    file.close();
    const key = me.cookies.get('tallybot_account') ?? '';
    expect(key).toHaveLength(43);
    expect(everything).toContain('page-sessions');
    expect(everything).not.toContain(key);
    expect(everything).not.toContain(ticket);
    expect(JSON.stringify(bot.logged)).not.toContain(ticket);
  });

  it('does not open when it was changed, cut, made up, or sealed for something else', async () => {
    const link = new URL(await accountLinkOf(ann));
    const ticket = link.searchParams.get('ticket') ?? '';
    const middle = ticket.charAt(40) === 'A' ? 'B' : 'A';
    const note = [...bot.world.dodo.store.customers.values()].map(({ metadata }) => metadata?.tallybot_note);
    expect(note[0]).toMatch(/^v1\./);
    const wrong = [`${ticket.slice(0, 40)}${middle}${ticket.slice(41)}`, ticket.slice(0, -4), 'v1.AAAA', '', note[0]];
    for (const made of wrong) {
      const seen = await fetch(`${bot.app.url}/account/open?ticket=${made}`);
      expect(seen.status).toBe(400);
      expect(await seen.text()).toContain('not one of ours');
    }
    // A good page's form with another ticket in it.
    const me = visitor();
    await me.get(link.href);
    expect((await me.submit('/account/open', { ticket: String(note[0]) })).status).toBe(400);
    expect((await me.get('/account')).status).toBe(401);
  });
});

describe('a session', () => {
  it('is a cookie that no script reads and no other site sends', async () => {
    const me = visitor();
    await me.get(await accountLinkOf(ann));
    const cookies: string[] = [];
    const spy = await fetch(`${bot.app.url}/account/open`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: [...me.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    cookies.push(...spy.headers.getSetCookie());
    expect(spy.status).toBe(403);
    expect(cookies).toEqual([]);
    const signed = await signIn(me, ann);
    expect(signed.status).toBe(200);
  });

  it('ends when it is signed out, here and in a copy of its cookie', async () => {
    const me = visitor();
    await signIn(me, ann);
    const copy = visitor();
    for (const [name, value] of me.cookies) copy.cookies.set(name, value);
    expect((await copy.get('/account')).status).toBe(200);
    const out = await me.submit('/account/sign-out');
    expect(out.text).toContain('signed out');
    expect(me.cookies.has('tallybot_account')).toBe(false);
    expect((await copy.get('/account')).status).toBe(401);
  });

  it('survives a restart of the bot', async () => {
    const me = visitor();
    await signIn(me, ann);
    await bot.restart();
    expect((await me.get('/account')).status).toBe(200);
  });

  it('shows whoever it is the wallet that they use now', async () => {
    const guest = personOn('slack', bot, 'guest');
    const [hers, theirs] = [visitor(), visitor()];
    await signIn(hers, ann);
    await signIn(theirs, guest);
    expect((await theirs.get('/account')).text).not.toContain('<strong>5,000,000</strong>');
    const said = await guest.does('link', await codeOf(ann)).waitFor((all) => all.length > 0);
    expect(said[0]?.text).toContain('same wallet');
    expect((await theirs.get('/account')).text).toContain('<strong>5,000,000</strong>');
    await hers.get('/account');
    expect((await hers.submit('/account/identities')).text).toContain('no longer spend from this wallet');
    expect((await theirs.get('/account')).text).not.toContain('<strong>5,000,000</strong>');
  });
});

async function codeOf(person: Person): Promise<string> {
  const said = await person.does('link').waitFor((all) => all.length > 0);
  return /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec(said[0]?.text ?? '')?.[0] ?? '';
}

describe('a form of the page', () => {
  const attack = async (headers: Record<string, string>, fields: Record<string, string> = {}) => {
    const me = visitor();
    await signIn(me, ann);
    return me.submit('/account/alerts', { cap: '7', ...fields }, headers);
  };

  it('does nothing without its token, with another one, or with the token of another session', async () => {
    const other = visitor();
    const { text } = await signIn(other, bob);
    const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? '';
    for (const form_token of ['', 'AAAA', token]) {
      expect((await attack({}, { form_token })).status).toBe(403);
    }
    expect(bot.kept.accounts().map(({ alerts }) => alerts.capCents)).not.toContain(700);
  });

  it.each([
    ['cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['same-site', { 'sec-fetch-site': 'same-site' }],
  ])('does nothing when another page sends it: %s', async (_what, headers) => {
    expect((await attack(headers)).status).toBe(403);
    expect(bot.kept.accounts().map(({ alerts }) => alerts.capCents)).not.toContain(700);
  });

  it('is done when the browser says that it is ours', async () => {
    expect((await attack({ 'sec-fetch-site': 'same-origin', origin: 'null' })).status).toBe(200);
    expect(bot.kept.accounts().map(({ alerts }) => alerts.capCents)).toContain(700);
  });

  it('asks those without a session to get one', async () => {
    for (const path of ['/account/alerts', '/account/sign-out', '/account/top-up', '/account/identities']) {
      const seen = await fetch(`${bot.app.url}${path}`, { method: 'POST', body: new URLSearchParams({ cap: '1' }) });
      expect(seen.status).toBe(401);
    }
    expect((await fetch(`${bot.app.url}/account/export`)).status).toBe(401);
  });
});

describe('every answer below /account', () => {
  it('lets nothing in, tells nobody where it was, and is kept by nobody', async () => {
    const me = visitor();
    const seen = [
      await me.get(await accountLinkOf(ann)),
      await me.submit('/account/open'),
      await me.get('/account/export'),
      await visitor().get('/account'),
      await visitor().get('/account/open?ticket=x'),
    ];
    for (const { headers } of seen) {
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy.split('; ')).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "frame-ancestors 'none'",
        ]),
      );
      expect(policy).not.toContain('unsafe');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    for (const { text } of seen) expect(text).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/);
  });
});

// Last: these move the clock.
describe('time', () => {
  it('ends a session after an hour', async () => {
    const me = visitor();
    await signIn(me, ann);
    bot.advance(HOUR - MINUTE);
    expect((await me.get('/account')).status).toBe(200);
    bot.advance(2 * MINUTE);
    expect((await me.get('/account')).status).toBe(401);
  });

  it('ends a link after ten minutes, also when it was looked at before', async () => {
    const link = await accountLinkOf(ann);
    const me = visitor();
    await me.get(link);
    bot.advance(10 * MINUTE);
    const late = await me.submit('/account/open');
    expect(late.status).toBe(410);
    expect(late.text).toContain('expired');
    expect((await fetch(link)).status).toBe(410);
  });
});

describe('over HTTPS', () => {
  it('has cookies that no other host can set and that travel encrypted only', async () => {
    const secure = await startBot({ env: { BASE_URL: 'https://bot.example' } });
    try {
      const link = new URL(await accountLinkOf(personOn('discord', secure, 'ann')));
      expect(link.origin).toBe('https://bot.example');
      const me = createPageVisitor(secure.app.url);
      const shown = await me.get(`${link.pathname}${link.search}`);
      expect(shown.headers.getSetCookie()).toEqual([
        expect.stringMatching(
          /^__Host-tallybot_visit=[\w-]{43}; Max-Age=600; Path=\/; Expires=[^;]*; HttpOnly; Secure; SameSite=Strict$/,
        ),
      ]);
      await me.submit('/account/open', {}, { 'sec-fetch-site': 'same-origin' });
      expect([...me.cookies.keys()]).toEqual(['__Host-tallybot_account']);
      const elsewhere = await me.submit('/account/alerts', {}, { 'sec-fetch-site': 'none' });
      expect(elsewhere.status).toBe(403);
    } finally {
      await secure.close();
    }
  });
});
