import { existsSync, rmSync, statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Account } from '../../src/core/account/account.ts';
import type { Receipt } from '../../src/core/account/receipt.ts';
import { MINUTE } from '../../src/core/time.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { startBotProcess } from '../helpers/bot-process.ts';
import { opsFacts, runOps } from '../helpers/ops-process.ts';
import { ask, buy, personOn, reads } from '../helpers/people.ts';

let bot: Bot;
afterEach(() => bot.close());

interface AccountFacts {
  account: { id: string; customerId: string };
  figures: { balance: number; available: number };
  receipts: Receipt[];
}

/** What the operator's log has of a command, oldest first. */
const audited = (command: string) => bot.kept.records('audit').filter((line) => line.command === command);

describe('ops beside a running bot', () => {
  it('shows a wallet by its chat user, its customer and its id, and no secret', async () => {
    bot = await startBot();
    const ann = personOn('slack', bot, 'ann');
    await buy(bot, ann, 'starter');
    await ask(ann, 'Hello there');
    const [account] = bot.kept.accounts();
    const named = [account?.id ?? '', account?.customerId ?? '', `slack:${account?.owner.workspace}:${ann.id}`];
    const shown = await Promise.all(named.map((name) => opsFacts<AccountFacts>(bot.world.env, 'account', name)));
    for (const facts of shown) {
      expect(facts.account.id).toBe(account?.id);
      expect(facts.figures.balance).toBe(10_000_000);
      expect(facts.receipts).toHaveLength(1);
    }
    const text = await runOps(bot.world.env, 'account', account?.id ?? '');
    expect(text.stdout).toContain('Balance at Dodo: 10,000,000');
    for (const secret of [bot.world.env.APP_SECRET, bot.world.env.DODO_PAYMENTS_API_KEY]) {
      expect(text.stdout + JSON.stringify(shown)).not.toContain(secret);
    }
    expect(await runOps(bot.world.env, 'account', 'discord:1')).toMatchObject({ code: 1, stdout: '' });
  });

  it('looks a charge up by its ask id, as far as Dodo', async () => {
    bot = await startBot();
    const ann = personOn('discord', bot, 'ann');
    await buy(bot, ann, 'starter');
    await ask(ann, 'Hello there');
    const askId = bot.kept.receipts()[0]?.askId ?? '';
    await bot.meterTick();
    expect(await opsFacts(bot.world.env, 'ask', askId)).toMatchObject({
      receipt: { askId, settledBy: 'meter' },
      usage: { state: 'none' },
      atDodo: 'there',
    });
    expect((await runOps(bot.world.env, 'ask', 'ask_nothing')).stderr).toContain('there is no ask');
  });

  it('pauses and resumes the running bot, and writes down who did', async () => {
    bot = await startBot();
    const ann = personOn('discord', bot, 'ann');
    await buy(bot, ann, 'topup');
    expect(await opsFacts(bot.world.env, 'pause', 'We', 'move house', '--by', 'olga')).toMatchObject({ paused: true });
    const refused = await ask(ann, 'Hello?');
    expect(refused.isRefused).toBe(true);
    expect(refused.text).toContain('We move house');
    const { lines } = await opsFacts<{ lines: object[] }>(bot.world.env, 'audit');
    expect(lines).toMatchObject([{ by: 'olga', command: 'pause', facts: { what: 'paused', reason: 'We move house' } }]);
    expect(await opsFacts(bot.world.env, 'resume')).toMatchObject({ paused: false, was: { reason: 'We move house' } });
    expect((await ask(ann, 'Hello')).isRefused).toBe(false);
    expect(audited('resume')).toMatchObject([{ facts: { what: 'resumed' } }]);
  });

  it('grants tokens in Dodo once for a key, told to the member', async () => {
    bot = await startBot();
    const ann = personOn('discord', bot, 'ann');
    await buy(bot, ann, 'topup');
    const asked = ['grant', `discord:${ann.id}`, '1000', '--key', 'sorry-1', '--reason', 'for the outage'];
    expect(await opsFacts(bot.world.env, ...asked)).toMatchObject({ outcome: 'done', tokens: 1_000 });
    expect(await opsFacts(bot.world.env, ...asked)).toMatchObject({ outcome: 'repeated' });
    await bot.settle();
    expect((await reads(ann.does('balance'))).text).toContain('5,001,000 tokens left');
    expect(ann.dms().filter((dm) => dm.text.includes('1,000 tokens were added'))).toHaveLength(1);
    expect(audited('grant').map(({ facts }) => facts)).toMatchObject([
      { what: 'grant_begun', tokens: 1_000, reason: 'for the outage', key: 'sorry-1' },
      { what: 'grant_ended', outcome: 'done' },
      { what: 'grant_begun' },
      { what: 'grant_ended', outcome: 'repeated' },
    ]);
    expect((await runOps(bot.world.env, 'grant', `discord:${ann.id}`, '1000')).stderr).toContain('--reason');
    expect((await runOps(bot.world.env, 'grant', `discord:${ann.id}`, '-5', '--reason', 'x')).code).toBe(1);
  });

  it('has a ledger read now, whose webhook was lost', async () => {
    bot = await startBot();
    const ann = personOn('slack', bot, 'ann');
    await buy(bot, ann, 'topup');
    const [account] = bot.kept.accounts();
    const customerId = account?.customerId ?? '';
    bot.world.dodo.webhooks.faults.drop = true;
    await fetch(
      `${bot.world.dodo.url}/credit-entitlements/${bot.world.env.CREDIT_ENTITLEMENT_ID}/balances/${customerId}/ledger-entries`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${bot.world.dodo.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ entry_type: 'credit', amount: '7', reason: 'by hand' }),
      },
    );
    await bot.settle();
    expect((await opsFacts<AccountFacts>(bot.world.env, 'account', customerId)).figures.balance).toBe(5_000_000);
    await opsFacts(bot.world.env, 'reconcile', customerId);
    expect(audited('reconcile')).toMatchObject([{ on: account?.id, facts: { what: 'reading_asked_for' } }]);
    await bot.settle();
    expect((await opsFacts<AccountFacts>(bot.world.env, 'account', customerId)).figures.balance).toBe(5_000_007);
  });

  it('shows what was given up and why, and replays it: usage is metered and settled after all', async () => {
    const { dead, bad } = await withRefusedUsage();
    expect(await opsFacts(bot.world.env, 'outbox')).toMatchObject({
      topics: expect.arrayContaining([expect.objectContaining({ topic: 'usage', waiting: 0, dead: 1 })]),
      deadLetters: [{ id: dead, error: expect.stringContaining('does not exist') }],
    });
    expect((await runOps(bot.world.env, 'outbox', 'usage')).stdout).toContain(dead);
    expect(await opsFacts(bot.world.env, 'ask', bad.askId)).toMatchObject({
      usage: { state: 'dead' },
      atDodo: 'not_there',
    });
    bad.restore();
    expect(await opsFacts(bot.world.env, 'replay', 'usage')).toEqual({ replayed: [dead], left: [] });
    expect(audited('replay')).toMatchObject([{ on: 'usage', facts: { what: 'replayed', ids: [dead] } }]);
    expect(owed().metered).toMatchObject({ waiting: 0, batches: [{ tokens: bad.charged }] });
    bot.advance(MINUTE);
    await bot.meterTick();
    expect(bot.world.dodo.store.events.has(bad.askId)).toBe(true);
    expect(owed().metered).toEqual({ waiting: 0, batches: [] });
    expect(owed().ledger?.balance).toBe(10_000_000 - bad.charged);
    expect(bot.kept.deadLetters()).toEqual([]);
    expect((await runOps(bot.world.env, 'replay', dead)).code).toBe(1);
  });

  it('forgets what was given up: usage is the loss of the operator, and not held against the member', async () => {
    const { dead, bad } = await withRefusedUsage();
    expect(owed().metered.waiting).toBe(bad.charged);
    expect(await opsFacts(bot.world.env, 'replay', dead, '--discard')).toEqual({ discarded: [dead], left: [] });
    expect(audited('replay')).toMatchObject([{ on: dead, facts: { what: 'discarded', ids: [dead] } }]);
    expect(owed().metered.waiting).toBe(0);
    expect(bot.kept.records('audit')).toContainEqual(
      expect.objectContaining({ what: 'usage_forgotten', writtenOff: bad.charged }),
    );
    expect(await bot.metric('tokens_written_off_total')).toBe(bad.charged);
  });

  /** Of two members' usage Dodo refuses that of one. */
  async function withRefusedUsage() {
    // Long enough for the customer to be gone before it is sent.
    bot = await startBot({ overrides: { usageGatherMs: MINUTE } });
    const [ann, ben] = [personOn('discord', bot, 'ann'), personOn('slack', bot, 'ben')];
    await buy(bot, ann, 'starter');
    await buy(bot, ben, 'starter');
    await ask(ann, 'Taken by Dodo');
    await ask(ben, 'Refused by Dodo');
    const { customers } = bot.world.dodo.store;
    const customerId = owed().customerId ?? '';
    const customer = customers.get(customerId);
    if (customer === undefined) throw new Error('expected a customer');
    customers.delete(customerId);
    bot.advance(MINUTE);
    await bot.settle();
    const receipt = bot.kept.receipts().find(({ by }) => by.user === ben.id);
    if (receipt === undefined) throw new Error('expected a receipt');
    const restore = () => customers.set(customerId, customer);
    return { dead: `usage:${receipt.askId}:sent`, bad: { ...receipt, restore } };
  }

  /** The account of the member on Slack. */
  function owed(): Account {
    const account = bot.kept.accounts().find((one) => one.owner?.platform === 'slack');
    if (account === undefined) throw new Error('expected an account of a member on Slack');
    return account;
  }
});

describe('ops -- rebuild', () => {
  it('makes wallets again after a lost database, trusted after two ticks, shared as before, and told to nobody', async () => {
    bot = await startBot();
    const ann = personOn('discord', bot, 'ann');
    const same = personOn('slack', bot, 'same');
    const ben = personOn('slack', bot, 'ben');
    await buy(bot, ann, 'pro');
    await buy(bot, ben, 'topup');
    const code = /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec((await reads(ann.does('link'))).text)?.[0];
    await reads(same.does('link', code));
    await bot.settle();
    await ask(ann, 'Used before the loss');
    bot.advance(50);
    await bot.settle();
    const before = bot.kept.accounts().find(({ customerId, owner }) => customerId !== null && owner.user === ann.id);
    const used = bot.kept.receipts()[0]?.charged ?? 0;
    const dms = [ann, ben, same].map((person) => person.dms().length);

    await bot.app.close();
    for (const ending of ['', '-wal', '-shm']) rmSync(`${bot.world.env.DATABASE_PATH}${ending}`, { force: true });
    await bot.restart();
    expect((await ask(ann, 'Hello?')).isRefused).toBe(true);
    expect(await opsFacts(bot.world.env, 'rebuild')).toMatchObject({
      restored: [expect.any(String), expect.any(String)],
    });
    expect(audited('rebuild').map(({ facts }) => facts)).toMatchObject([
      { what: 'rebuild_begun' },
      { what: 'rebuild_ended', counts: { restored: 2 } },
    ]);
    expect((await ask(same, 'Too early')).text).toContain('confirm');
    await bot.meterTick();
    expect((await ask(ann, 'Too early as well')).isRefused).toBe(true);
    bot.advance(3 * MINUTE);
    await bot.settle();
    const after = bot.kept.accounts().find(({ id }) => id === before?.id);
    expect(after).toMatchObject({ customerId: before?.customerId, identities: before?.identities });
    expect(after?.ledger?.balance).toBe(40_000_000 - used);
    expect(after?.subscriptions).toMatchObject([{ id: before?.subscriptions[0]?.id, status: 'active' }]);
    expect((await ask(same, 'Hello')).isRefused).toBe(false);
    expect((await ask(ben, 'Hello')).isRefused).toBe(false);
    expect([ann, ben, same].map((person) => person.dms().length)).toEqual(dms);
    expect(await opsFacts(bot.world.env, 'rebuild')).toMatchObject({ there: [expect.any(String), expect.any(String)] });
  });

  it('believes no note that was changed or copied, and leaves customers of others alone', async () => {
    bot = await startBot();
    const [ann, ben] = [personOn('discord', bot, 'ann'), personOn('slack', bot, 'ben')];
    await buy(bot, ann, 'topup');
    await buy(bot, ben, 'topup');
    const { customers } = bot.world.dodo.store;
    const [one, two] = [...customers.values()];
    if (one === undefined || two === undefined) throw new Error('expected two customers');
    expect(JSON.stringify(one.metadata)).not.toContain(ann.id);
    customers.set(two.customer_id, { ...two, metadata: { ...one.metadata } });
    customers.set('cus_stranger', { ...one, customer_id: 'cus_stranger', metadata: { theirs: 'yes' } });
    await bot.app.close();
    rmSync(bot.world.env.DATABASE_PATH ?? '');
    await bot.restart();
    expect(await opsFacts(bot.world.env, 'rebuild')).toEqual({
      restored: [one.customer_id],
      forged_note: [two.customer_id],
      no_note: ['cus_stranger'],
    });
  });
});

describe('ops without a bot', () => {
  it('reads and changes the store by itself, and its socket is private and gone', async () => {
    bot = await startBot();
    const socket = `${bot.world.env.DATABASE_PATH}.ops`;
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    await bot.app.close();
    expect(existsSync(socket)).toBe(false);
    expect(await opsFacts(bot.world.env, 'pause')).toMatchObject({ paused: true });
    expect(await opsFacts(bot.world.env, 'outbox')).toMatchObject({ topics: [], deadLetters: [] });
    await bot.restart();
    expect(await opsFacts(bot.world.env, 'resume')).toMatchObject({ paused: false, was: { reason: '' } });
    bot.advance(MINUTE);
  });

  it('works beside a process that came after one that was killed', async () => {
    bot = await startBot();
    const { env } = bot.world;
    await bot.app.close();
    const killed = startBotProcess(env);
    await killed.ready();
    killed.kill('SIGKILL');
    await killed.ended;
    expect(existsSync(`${env.DATABASE_PATH}.ops`)).toBe(true);
    expect(await opsFacts(env, 'pause'), 'with nobody there').toMatchObject({ paused: true });
    const next = startBotProcess(env);
    await next.ready();
    expect(await opsFacts(env, 'resume')).toMatchObject({ was: { reason: '' } });
    expect((await opsFacts<{ lines: object[] }>(env, 'audit')).lines).toHaveLength(2);
    next.kill('SIGTERM');
    await next.ended;
    await bot.restart();
  });

  it('says what is wrong with a command', async () => {
    bot = await startBot();
    const { env } = bot.world;
    expect((await runOps(env)).stdout).toContain('Usage');
    expect((await runOps(env, 'dance')).stderr).toContain('there is no command "dance"');
    expect((await runOps(env, 'resume', '--limit', '3')).stderr).toContain('resume knows no --limit');
    expect((await runOps({}, 'outbox')).stderr).toContain('DODO_PAYMENTS_API_KEY: is missing');
  });
});
