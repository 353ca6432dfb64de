import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { readNote } from '../../src/core/wallets/customer-note.ts';
import { createSecrets } from '../../src/ports/crypto/secrets.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { createPageVisitor, type PageVisitor, signIn } from '../helpers/page-visitor.ts';
import { ask, buy, checkoutOf, type Person, payAt, personOn, reads } from '../helpers/people.ts';

let bot: Bot;
let ann: Person;
let hers: PageVisitor;

beforeEach(async () => {
  bot = await startBot();
  ann = personOn('discord', bot, 'ann', '208493017265438720');
  hers = createPageVisitor(bot.app.url);
});

afterEach(() => bot.close());

/** Usage without a plan is debited, at most once a minute. */
async function settleUsage(): Promise<void> {
  await bot.settle();
  bot.advance(2 * MINUTE);
  await bot.settle();
}

function everythingKept(): string {
  const file = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '', { readOnly: true });
  const tables = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const rows = tables.map(({ name }) => file.prepare(`SELECT * FROM "${name}"`).all());
  file.close();
  return JSON.stringify(rows);
}

const her = () => bot.kept.accounts().find(({ customerId }) => customerId !== null);

describe('erasing from the account page', () => {
  it('forgets who it was and what each answer used, keeps the books, and signs out', async () => {
    const same = personOn('slack', bot, 'same', 'U0SAMESAME');
    await buy(bot, ann, 'topup');
    const code = /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec((await reads(ann.does('link'))).text)?.[0];
    await reads(same.does('link', code));
    await reads(ann.does('apikey', 'new'));
    await ask(ann, 'Who am I?');
    await ask(same, 'And who on Slack?');
    bot.advance(MINUTE);
    await settleUsage();
    const before = her();
    const receipts = bot.kept.receipts();

    await signIn(hers, ann);
    const explained = await hers.get('/account/erase');
    expect(explained.text).toContain('tokens left.');
    const undone = await hers.submit('/account/erase');
    expect(undone.status).toBe(400);
    expect(everythingKept()).toContain(ann.id);
    await hers.get('/account/erase');
    const done = await hers.submit('/account/erase', { sure: 'yes' });
    expect(done.text).toContain('Your data is erased');
    expect((await hers.get('/account')).status).toBe(401);
    await bot.settle();

    expect(her()).toMatchObject({
      customerId: before?.customerId,
      ledger: before?.ledger,
      owner: { platform: 'api', user: before?.id },
      identities: [],
      apiKeys: [],
      buyer: null,
      lastAsked: null,
    });
    const books = (all: typeof receipts) =>
      all.map(({ askId, charged, settledBy, settledAt }) => [askId, charged, settledBy, settledAt]);
    expect(books(bot.kept.receipts())).toEqual(books(receipts));
    for (const receipt of bot.kept.receipts()) {
      expect(receipt).toMatchObject({
        model: 'erased',
        usage: { inputTokens: 0, outputTokens: 0 },
        by: { platform: 'api' },
      });
    }
    expect(JSON.stringify([her(), bot.kept.receipts(), bot.kept.records('audit')])).not.toMatch(
      new RegExp(`${ann.id}|${same.id}`),
    );
    const secrets = createSecrets({ current: bot.world.env.APP_SECRET ?? '' });
    const notes = [...bot.world.dodo.store.customers.values()].map(({ metadata, customer_id }) =>
      readNote(secrets, metadata ?? {}, customer_id),
    );
    expect(notes).toEqual([
      { accountId: before?.id, owner: { platform: 'api', workspace: '', user: before?.id }, identities: [] },
    ]);
  });

  it('forgets for whom a notice was that no DM could bring by then', async () => {
    const url = await checkoutOf(ann, 'topup');
    await signIn(hers, ann);
    bot.world.discord.faults.outage({ status: 503 });
    await payAt(url, 'ann@example.com');
    await bot.settle();
    expect(bot.kept.rows('notice')).toHaveLength(1);
    await hers.get('/account/erase');
    expect((await hers.submit('/account/erase', { sure: 'yes' })).text).toContain('Your data is erased');
    bot.world.discord.faults.outage(null);
    ann.closeDms();
    bot.advance(10 * MINUTE);
    await bot.settle();
    expect(bot.kept.rows('notice')).toEqual([]);
    expect(her()?.undelivered).toMatchObject([{ to: { platform: 'api' }, facts: { kind: 'credits_added' } }]);
    expect(JSON.stringify(her())).not.toContain(ann.id);
  });

  it('lets the same chat user find their tokens again, and nobody else', async () => {
    await buy(bot, ann, 'topup');
    await signIn(hers, ann);
    await hers.get('/account/erase');
    await hers.submit('/account/erase', { sure: 'yes' });
    await bot.settle();
    const other = personOn('slack', bot, 'other');
    expect((await reads(other.does('balance'))).text).toContain('0 tokens left');
    expect((await reads(ann.does('balance'))).text).toContain('5,000,000 tokens left');
    expect((await ask(ann, 'Still here?')).isRefused).toBe(false);
    expect(her()?.owner.user).toBe(ann.id);
  });

  it('waits for what is under way, and says for what', async () => {
    const refusal = async () => (await hers.get('/account/erase')).text;
    await signIn(hers, ann);
    expect(await refusal()).toContain('Nothing is kept about you');
    await checkoutOf(ann, 'topup');
    expect(await refusal()).toContain('A checkout of yours is open');
    bot.advance(DAY);
    await signIn(hers, ann);
    expect(await refusal()).not.toContain('role="alert"');
    await buy(bot, ann, 'starter');
    expect(await refusal()).toContain('Cancel it first');
    await reads(ann.does('plan'));
    await hers.get('/account');
    await hers.submit('/account/plan', { step: 'plan_cancel' });
    await bot.settle();
    await ask(ann, 'Before I go?');
    expect(await refusal()).toContain('still being settled');
    await bot.meterTick();
    expect(await refusal()).not.toContain('role="alert"');
  });

  it('is refused to those who only share the wallet, and when a form is sent though something is under way', async () => {
    const guest = personOn('slack', bot, 'guest');
    await buy(bot, ann, 'starter');
    const code = /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec((await reads(ann.does('link'))).text)?.[0];
    await reads(guest.does('link', code));
    const theirs = createPageVisitor(bot.app.url);
    const page = await signIn(theirs, guest);
    expect(page.text).not.toContain('/account/erase');
    for (const [visitor, why] of [
      [theirs, 'Only its owner'],
      [hers, 'Cancel it first'],
    ] as const) {
      if (visitor === hers) await signIn(hers, ann);
      const refused = await visitor.submit('/account/erase', { sure: 'yes' }, {}, '/account/sign-out');
      expect(refused.status).toBe(409);
      expect(refused.text).toContain(why);
    }
    expect(her()?.owner.user).toBe(ann.id);
    expect(her()?.identities).toHaveLength(1);
  });
});
