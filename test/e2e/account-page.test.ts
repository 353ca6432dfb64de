import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../src/core/account/account.ts';
import type { AccountExport } from '../../src/core/account-page/export.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { createPageVisitor, type PageVisitor, type Seen, signIn } from '../helpers/page-visitor.ts';
import { ask, buy, checkoutOf, type Person, payAt, personOn } from '../helpers/people.ts';

let bot: Bot;
let ann: Person;
let hers: PageVisitor;

beforeAll(async () => {
  bot = await startBot({ env: { MEMBER_ASKS_PER_MINUTE: '0' } });
  ann = personOn('discord', bot, 'ann');
  await buy(bot, ann, 'topup');
  hers = createPageVisitor(bot.app.url);
});

afterAll(() => bot.close());

/** The figure behind a name in the balance's list. */
function figure({ text }: Seen, name: string): string {
  const found = new RegExp(`</span>${name}</dt><dd>([^<]*)|<dt>${name}</dt><dd>([^<]*)`).exec(text);
  return found?.[1] ?? found?.[2] ?? `no ${name}`;
}

const receiptsOf = ({ id }: Person) => bot.kept.receipts().filter(({ by }) => by.user === id);

function hersKept(): Account {
  const account = bot.kept.accounts().find(({ owner }) => owner.user === ann.id);
  if (account === undefined) throw new Error('expected an account of hers, found none');
  return account;
}

const whole = (tokens: number) => tokens.toLocaleString('en-US');

/** Where the page sends the browser. */
function awayTo({ text }: Seen): string {
  return /http-equiv="refresh" content="0;url=([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
}

describe('the account page', () => {
  it('shows the balance with what is still settling, and what is in the ledger once it is there', async () => {
    const meg = personOn('slack', bot, 'meg');
    const me = createPageVisitor(bot.app.url);
    await buy(bot, meg, 'starter');
    await ask(meg, 'What is a tally?');
    const charged = bot.kept.receipts().at(-1)?.charged ?? 0;
    expect(charged).toBeGreaterThan(0);
    const before = await signIn(me, meg);
    expect(figure(before, 'Free')).toBe(whole(10_000_000 - charged));
    expect(figure(before, 'Used, still settling with the ledger')).toBe(whole(charged));
    expect(figure(before, 'Balance in the ledger')).toBe('10,000,000');
    await bot.meterTick();
    const after = await me.get('/account');
    expect(figure(after, 'Used, still settling with the ledger')).toBe('0');
    expect(figure(after, 'Balance in the ledger')).toBe(whole(10_000_000 - charged));
  });

  it('shows each grant with its expiry', async () => {
    const { grants } = hersKept();
    const { text } = await signIn(hers, ann);
    const day = new Date(grants[0]?.expiresAt ?? 0).toISOString().slice(0, 10);
    expect(text).toContain(`>${day}</time></td><td class="number">${whole(grants[0]?.remaining ?? 0)}</td>`);
  });

  it('shows every receipt, twenty on a page', async () => {
    for (let n = 0; n < 23; n += 1) await ask(ann, 'Again?');
    const all = receiptsOf(ann).map(({ askId }) => askId);
    const onPage = async (page: string) =>
      [...(await hers.get(`/account?page=${page}`)).text.matchAll(/<code>(ask_[0-9a-f]+)<\/code>/g)].map(
        ([, id]) => id,
      );
    expect(await onPage('1')).toEqual(all.toReversed().slice(0, 20));
    expect(await onPage('2')).toEqual(all.toReversed().slice(20));
    expect(await onPage('3')).toEqual([]);
    expect(await onPage('minus')).toEqual(await onPage('1'));
    expect((await hers.get('/account?page=1')).text).toContain('href="/account?page=2#receipts"');
    expect((await hers.get('/account?page=2')).text).not.toContain('page=3');
  });

  it("saves alerts and the cap, and says so; a cap beyond the operator's is refused in words", async () => {
    await hers.get('/account');
    const saved = await hers.submit('/account/alerts', { cap: '12' });
    expect(saved.text).toContain('Your alerts are saved.');
    expect(hersKept().alerts).toMatchObject({ capCents: 1_200, isLowTold: false });
    const refused = await hers.submit('/account/alerts', { cap: '51', low: 'on' });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('0 to 50 whole dollars');
    expect(hersKept().alerts).toMatchObject({ capCents: 1_200, isLowTold: false });
  });

  it('says nothing that somebody put into its address', async () => {
    const { text } = await hers.get('/account?said=<b>you%20won</b>');
    expect(text).not.toContain('you won');
    expect((await hers.get('/account?said=constructor')).text).not.toContain('class="said');
  });

  it('leads to a checkout whose tokens come into this wallet', async () => {
    await hers.get('/account');
    const away = await hers.submit('/account/top-up', { packs: '2', pack: 'topup' });
    const before = hersKept().ledger?.balance ?? 0;
    await payAt(awayTo(away), 'ann@example.com');
    await bot.settle();
    expect((hersKept().ledger?.balance ?? 0) - before).toBe(10_000_000);
    expect((await hers.get('/paid')).text).toContain('<a href="/account">go back to it</a>');
    await hers.get('/account');
    const none = await hers.submit('/account/top-up', { packs: '21', pack: 'topup' });
    expect(none).toMatchObject({ status: 400, text: expect.stringContaining('1 to 20 packs') });
  });

  it('leads to the customer portal, and to a plan, once', async () => {
    await hers.get('/account');
    expect(awayTo(await hers.submit('/account/invoices'))).toMatch(/^http.*portal/);
    await hers.get('/account');
    await payAt(awayTo(await hers.submit('/account/subscribe', { plan: 'starter' })), 'ann@example.com');
    await bot.settle();
    const page = await hers.get('/account');
    expect(page.text).toContain('Your plan: <strong>NeuralAPI Starter</strong>');
    expect(page.text).not.toContain('action="/account/subscribe"');
  });

  it('shows notices that no DM could bring, until they are dismissed', async () => {
    const shy = personOn('discord', bot, 'shy');
    const me = createPageVisitor(bot.app.url);
    // A command shows them too: the session is to be there before.
    const url = await checkoutOf(shy, 'topup');
    await signIn(me, shy);
    shy.closeDms();
    await payAt(url, 'shy@example.com');
    await bot.settle();
    const page = await me.get('/account');
    expect(page.text).toContain('<strong>5,000,000 tokens were added</strong>');
    const after = await me.submit('/account/notices');
    expect(after.text).toContain('will not be shown again');
    expect(after.text).not.toContain('were added');
  });

  it('gives all data of the own wallet as a file, and none of another', async () => {
    const bob = personOn('slack', bot, 'bob');
    await buy(bot, bob, 'topup');
    await ask(bob, 'Who am I?');
    const file = await hers.get('/account/export');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename=neuralapi-account.json');
    const data = JSON.parse(file.text) as AccountExport;
    const mine = receiptsOf(ann);
    expect(data.receipts.map((receipt) => (receipt as { askId?: string }).askId)).toEqual(
      mine.map(({ askId }) => askId),
    );
    expect(data.account).toMatchObject({ owner: { user: ann.id }, customerId: expect.stringMatching(/^cus_/) });
    const customer = (data.account as { customerId: string }).customerId;
    const rows = bot.kept.records('ledger').filter((row) => row.customerId === customer);
    expect(data.ledger).toHaveLength(rows.length);
    expect(file.text).not.toContain(bob.id);
    expect(file.text).not.toMatch(/linkCode|claim"/);
  });
});

describe('while Dodo cannot be reached', () => {
  it('says what was not done, and keeps the session', async () => {
    const cut = await startBot({ env: { DODO_PAYMENTS_BASE_URL: 'http://127.0.0.1:9' } });
    try {
      const me = createPageVisitor(cut.app.url);
      await signIn(me, personOn('discord', cut, 'ann'));
      const failed = await me.submit('/account/top-up', { packs: '1', pack: 'topup' });
      expect(failed.status).toBe(502);
      expect(failed.text).toContain('cannot be reached');
      expect((await me.get('/account')).status).toBe(200);
    } finally {
      await cut.close();
    }
  });
});
