import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, checkoutOf, type Person, payAt, personOn, reads } from '../helpers/people.ts';

let bot: Bot;
afterEach(() => bot.close());

const PLATFORMS = ['discord', 'slack'] as const;

function other(platform: 'discord' | 'slack'): 'discord' | 'slack' {
  return platform === 'discord' ? 'slack' : 'discord';
}

async function told(person: Person, option?: string): Promise<string> {
  const said = await reads(person.does('link', option));
  expect(said.isPrivate).toBe(true);
  return said.text;
}

async function codeOf(person: Person): Promise<string> {
  const text = await told(person);
  const code = /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec(text)?.[0];
  if (code === undefined) throw new Error(`expected a code, got ${text}`);
  return code;
}

async function balanceOf(person: Person): Promise<string> {
  return (await reads(person.does('balance'))).text;
}

describe.each(PLATFORMS)('/link, from %s', (platform) => {
  it('lets the other platform spend the same wallet, once for a code, and no more after /link remove', async () => {
    bot = await startBot();
    const buyer = personOn(platform, bot, 'buyer');
    const same = personOn(other(platform), bot, 'same');
    await buy(bot, buyer, 'topup');
    const code = await codeOf(buyer);

    expect(await told(same, code.toLowerCase().replace('-', ' '))).toContain('same wallet');
    expect(await balanceOf(same)).toContain('5,000,000 tokens left');
    await bot.settle();
    expect((await ask(same, 'Hello there')).isRefused).toBe(false);
    expect(await balanceOf(buyer)).not.toContain('5,000,000 tokens left');
    expect(await balanceOf(same)).toBe(await balanceOf(buyer));

    bot.advance(MINUTE);
    await bot.settle();
    const warned = buyer.dms().filter((dm) => dm.text.includes('is now shared'));
    expect(warned).toHaveLength(1);
    expect(same.dms().filter((dm) => dm.text.includes('is now shared'))).toEqual([]);

    const thief = personOn(other(platform), bot, 'thief');
    expect(await told(thief, code)).toContain('does not work');
    expect((await ask(thief, 'Hello there')).isRefused).toBe(true);

    expect(await told(buyer)).toContain(same.id);
    expect(await told(same, 'remove')).toContain('empty');
    expect(await balanceOf(same)).toContain('0 tokens left');
    expect((await ask(same, 'Hello again')).isRefused).toBe(true);
    expect((await ask(buyer, 'Hello again')).isRefused).toBe(false);
    expect(bot.kept.receipts().map((receipt) => receipt.by.user)).toEqual([same.id, buyer.id]);
  });

  it('never merges a wallet that something was bought with, and says what to do', async () => {
    bot = await startBot();
    const one = personOn(platform, bot, 'one');
    const two = personOn(other(platform), bot, 'two');
    await buy(bot, one, 'topup');
    await buy(bot, two, 'topup');
    const code = await codeOf(one);
    expect(await told(two, code)).toContain('never merged');
    expect(await balanceOf(two)).toContain('5,000,000 tokens left');
    expect(await balanceOf(one)).toContain('5,000,000 tokens left');
    const three = personOn(other(platform), bot, 'three');
    expect(await told(three, code), 'a refusal uses no code up').toContain('same wallet');
  });

  it('does not leave a checkout behind that can still be paid', async () => {
    bot = await startBot();
    const one = personOn(platform, bot, 'one');
    const two = personOn(other(platform), bot, 'two');
    await checkoutOf(two, 'topup');
    expect(await told(two, await codeOf(one))).toContain('still open');
  });

  it('lets the owner take everybody off, and nobody remove the owner', async () => {
    bot = await startBot();
    const owner = personOn(platform, bot, 'owner');
    const guest = personOn(other(platform), bot, 'guest');
    await buy(bot, owner, 'topup');
    expect(await told(owner, 'remove')).toContain('cannot be removed');
    await told(guest, await codeOf(owner));
    expect(await told(owner, 'remove')).toContain(guest.id);
    expect((await ask(guest, 'Hello')).isRefused).toBe(true);
    expect(await balanceOf(owner)).toContain('5,000,000 tokens left');
  });
});

describe('/link', () => {
  it('joins nobody by a code that is old, wrong, or the own one', async () => {
    bot = await startBot();
    const owner = personOn('discord', bot, 'owner');
    const guest = personOn('slack', bot, 'guest');
    await buy(bot, owner, 'topup');
    const first = await codeOf(owner);
    expect(await told(owner, first)).toContain('already');
    const second = await codeOf(owner);
    expect(await told(guest, first), 'a newer code takes its place').toContain('does not work');
    expect(await told(guest, '00000-00000')).toContain('does not work');
    bot.advance(10 * MINUTE);
    expect(await told(guest, second)).toContain('does not work');
    expect(await balanceOf(guest)).toContain('0 tokens left');
  });

  it('tells of credits the one who bought, whoever opened a checkout or asked since', async () => {
    bot = await startBot();
    const ann = personOn('discord', bot, 'ann');
    const same = personOn('slack', bot, 'same');
    await buy(bot, ann, 'topup');
    await told(same, await codeOf(ann));
    await bot.settle();
    const added = (who: Person) => who.dms().filter((dm) => dm.text.includes('were added')).length;
    expect([added(ann), added(same)]).toEqual([1, 0]);
    const url = await checkoutOf(ann, 'topup');
    await checkoutOf(same, 'topup');
    await ask(same, 'Hello');
    await payAt(url, 'ann@example.com');
    await bot.settle();
    expect([added(ann), added(same)]).toEqual([2, 0]);
    await buy(bot, same, 'topup');
    expect([added(ann), added(same)]).toEqual([2, 1]);
  });

  it('keeps codes from being made or tried without end', async () => {
    bot = await startBot();
    const owner = personOn('discord', bot, 'owner');
    const guest = personOn('slack', bot, 'guest');
    const codes = [];
    for (let n = 0; n < 5; n += 1) codes.push(await codeOf(owner));
    expect(await told(owner)).toContain('try again later');
    for (let n = 0; n < 10; n += 1) await told(guest, '00000-00000');
    expect(await told(guest, codes.at(-1))).toContain('try again later');
    bot.advance(61 * MINUTE);
    expect(await told(guest, await codeOf(owner))).toContain('same wallet');
  });

  it('keeps no code that could be read from the store', async () => {
    bot = await startBot();
    const owner = personOn('slack', bot, 'owner');
    const code = await codeOf(owner);
    const documents = JSON.stringify(bot.kept.accounts());
    expect(documents).toContain('linkCode');
    expect(documents).not.toContain(code);
    expect(documents).not.toContain(code.replace('-', ''));
  });
});
