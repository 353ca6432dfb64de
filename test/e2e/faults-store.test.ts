import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { developerWith, keyOf } from '../helpers/developer.ts';
import { ask, buy, type Person, personOn, reads } from '../helpers/people.ts';

const SENTENCE = 'Something went wrong on our side. Nothing was charged; please try again in a minute.';

describe.each(['discord', 'slack'] as const)('the store down, seen from %s', (platform) => {
  let bot: Bot;
  let person: Person;

  beforeAll(async () => {
    bot = await startBot();
    person = personOn(platform, bot, 'member');
    await buy(bot, person, 'starter');
  });

  afterAll(() => bot.close());

  /** Takes every table away while `during` runs: each read and each write fails, as on a broken disk. */
  async function withoutTables(during: () => Promise<void>): Promise<void> {
    const file = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '');
    const tables = file
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all()
      .map(({ name }) => String(name));
    const rename = (from: string, to: string) =>
      file.exec(tables.map((name) => `ALTER TABLE ${from}${name} RENAME TO ${to}${name}`).join(';'));
    rename('', 'away_');
    try {
      await during();
    } finally {
      rename('away_', '');
      file.close();
    }
  }

  it('refuses everything that needs it in a plain sentence, asks no model, and recovers by itself (pain 4)', async () => {
    const dev = developerWith(await keyOf(person), bot);
    const before = { accounts: bot.kept.accounts(), asked: bot.world.openai.store.requests.length };
    await withoutTables(async () => {
      for (const deed of [
        () => person.does('ask', 'Anybody?'),
        () => person.does('usage'),
        () => person.does('topup', '1'),
      ]) {
        const said = await reads(deed());
        expect(said.text).toBe(SENTENCE);
        expect(said.isPrivate).toBe(true);
      }
      // What the store's only process has in memory is still so.
      expect((await reads(person.does('balance'))).text).toContain('10,000,000 tokens left');
      const body = { model: 'any', messages: [{ role: 'user', content: 'Anybody?' }] };
      const told = await dev.post('/v1/chat/completions', body);
      const { type, code } = told.body.error;
      expect([told.status, type, code]).toEqual([503, 'server_error', 'store_unavailable']);
      expect(told.headers.get('retry-after')).toBe('10');
      expect(told.body.error.message).not.toMatch(/SQL|table|\bat /);
      expect((await reads(person.does('help'), ({ text }) => text.includes('/ask'))).text).toContain('/subscribe');
      expect((await fetch(`${bot.app.url}/healthz`)).status).toBe(200);
      expect((await fetch(`${bot.app.url}/readyz`)).status).toBe(503);
    });
    expect(bot.world.openai.store.requests.length).toBe(before.asked);
    expect(bot.kept.accounts()).toEqual(before.accounts);
    expect((await fetch(`${bot.app.url}/readyz`)).status).toBe(200);
    expect((await ask(person, 'Now?')).isRefused).toBe(false);
  });

  it('gives a program its answer though the settlement was not taken, and settles it once the store is back', async () => {
    const dev = developerWith(await keyOf(person), bot);
    let askId = '';
    const asking = dev.post('/api/generate', { prompt: 'Tell me [[length:200]] [[chunk:4]] [[delay:10]] more' });
    const written = () => bot.world.openai.store.requests.at(-1)?.outcome;
    await expect.poll(() => written()?.state === 'running' && (written()?.completionTokens ?? 0) > 20).toBe(true);
    await withoutTables(async () => {
      const told = await asking;
      expect([told.status, told.body.text]).toEqual([200, written()?.text]);
      expect(Number.isSafeInteger(told.body.available)).toBe(true);
      askId = told.body.ask_id;
    });
    bot.advance(31_000);
    await bot.settle();
    expect(bot.kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
    expect(bot.kept.receipts().at(-1)).toMatchObject({ askId, ending: 'interrupted' });
  });

  it('ends an answer whose settlement it did not take, and settles it once it is back', async () => {
    const deed = person.does('ask', 'Tell me [[length:200]] [[chunk:4]] [[delay:10]] more');
    await deed.waitFor((said) => said.some(({ text }) => text.length > 60 && !text.includes('Thinking')));
    await withoutTables(async () => {
      const said = await deed.waitFor((all) =>
        all.some(({ buttons }) => buttons.some(({ label }) => label === 'Receipt')),
      );
      expect(said.at(-1)?.text).toContain('The receipt of this answer will be ready in a minute.');
    });
    const [hold] = bot.kept.accounts().flatMap(({ holds }) => holds);
    expect(hold).toBeDefined();
    bot.advance(31_000);
    await bot.settle();
    expect(bot.kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
    const receipt = bot.kept.receipts().at(-1);
    expect(receipt?.askId).toBe(hold?.askId);
    expect(receipt?.charged).toBeLessThanOrEqual(hold?.tokens ?? 0);
  });

  it('tells Dodo to send its webhooks again, so that none is lost', async () => {
    const before = bot.kept.records('ledger').length;
    await withoutTables(async () => {
      const [subscription] = bot.world.dodo.store.subscriptions.keys();
      bot.world.dodo.renew(subscription ?? '');
      await bot.world.dodo.webhooks.flush();
      const statuses = bot.world.dodo.webhooks.deliveries.map(({ attempts }) => attempts.at(-1)?.status);
      expect(statuses).toContain(503);
    });
    expect(bot.kept.records('ledger').length).toBe(before);
    for (let round = 0; round < 3; round += 1) {
      bot.advance(60_000);
      await bot.settle();
    }
    expect(bot.kept.records('ledger').length).toBeGreaterThan(before);
    expect(bot.world.dodo.webhooks.pending()).toBe(0);
  });

  it('goes on after a tool has held the file for a moment', async () => {
    const file = new DatabaseSync(bot.world.env.DATABASE_PATH ?? '');
    file.exec('BEGIN IMMEDIATE');
    try {
      expect((await reads(person.does('ask', 'Are you busy?'))).text).toBe(SENTENCE);
    } finally {
      file.exec('ROLLBACK');
      file.close();
    }
    expect((await ask(person, 'And now?')).isRefused).toBe(false);
  });
});
