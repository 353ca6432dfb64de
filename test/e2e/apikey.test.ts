import { afterEach, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { type Person, personOn, reads } from '../helpers/people.ts';

let bot: Bot;
afterEach(() => bot.close());

async function told(person: Person, words?: string): Promise<string> {
  const said = await reads(person.does('apikey', words));
  expect(said.isPrivate).toBe(true);
  return said.text;
}

const SECRET = /tb_[A-Za-z0-9_-]{43}/;

describe.each(['discord', 'slack'] as const)('/apikey on %s', (platform) => {
  it('shows a new key once, privately, lists it without it, and revokes it', async () => {
    bot = await startBot();
    const ann = personOn(platform, bot, 'ann');
    expect(await told(ann, 'list')).toContain('no API key');
    const secret = SECRET.exec(await told(ann))?.[0] ?? '';
    expect(secret).toMatch(SECRET);
    const list = await told(ann, 'list');
    const id = /key-[0-9a-f]{8}/.exec(list)?.[0] ?? '';
    expect(list).toContain('never used');
    expect(list).not.toMatch(SECRET);
    expect(JSON.stringify([bot.kept.accounts(), bot.kept.records('audit'), bot.logged])).not.toContain(secret);

    const ben = personOn(platform, bot, 'ben');
    expect(await told(ben, `revoke ${id}`)).toContain('no API key with this id');
    expect(await told(ann, `revoke ${id}`)).toContain('opens nothing any more');
    expect(await told(ann, 'list')).toContain('no API key');
    expect(await told(ann, 'what is this')).toContain('did not understand');
  });
});

describe('the keys of a shared wallet', () => {
  it('go with the one who made them', async () => {
    bot = await startBot();
    const ann = personOn('discord', bot, 'ann');
    const ben = personOn('slack', bot, 'ben');
    const code = /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec((await reads(ann.does('link'))).text)?.[0];
    await reads(ben.does('link', code));
    await told(ann, 'new');
    await told(ben, 'new of ben');
    expect(await told(ann, 'list')).toContain('of ben');
    await reads(ann.does('link', 'remove'));
    const left = await told(ann, 'list');
    expect(left).not.toContain('of ben');
    expect(left.match(/key-/g)).toHaveLength(1);
  });
});
