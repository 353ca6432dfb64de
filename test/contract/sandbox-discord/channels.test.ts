import { DiscordAPIError, Routes } from 'discord.js';
import type { APIChannel, APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { startDiscord } from './world.ts';

describe('messages of a channel', () => {
  it('are sent, read, edited, listed and deleted', async () => {
    const { sim, rest } = await startDiscord();
    const list = Routes.channelMessages(sim.home.channelId);
    const sent = (await rest.post(list, { body: { content: '  hello ' } })) as APIMessage;
    expect(sent).toMatchObject({
      content: 'hello',
      channel_id: sim.home.channelId,
      author: { id: sim.applicationId, bot: true },
    });
    const route = Routes.channelMessage(sim.home.channelId, sent.id);
    expect(await rest.patch(route, { body: { content: 'bye' } })).toMatchObject({ content: 'bye' });
    expect(((await rest.get(route)) as APIMessage).edited_timestamp).not.toBeNull();
    const second = (await rest.post(list, { body: { embeds: [{ title: 'two' }] } })) as APIMessage;
    const ids = async (query: Record<string, string> = {}) =>
      ((await rest.get(list, { query: new URLSearchParams(query) })) as APIMessage[]).map(({ id }) => id);
    expect(await ids()).toEqual([second.id, sent.id]);
    expect(await ids({ limit: '1' })).toEqual([second.id]);
    expect(await ids({ before: second.id })).toEqual([sent.id]);
    expect(await ids({ after: sent.id })).toEqual([second.id]);
    await rest.delete(route);
    await expect(rest.get(route)).rejects.toMatchObject({ code: 10008, status: 404 });
    await rest.post(Routes.channelTyping(sim.home.channelId));
    expect(await rest.get(Routes.channel(sim.home.channelId))).toMatchObject({ type: 0, last_message_id: second.id });
  });

  it('refuses what Discord refuses, by code', async () => {
    const { sim, rest } = await startDiscord({ rateLimits: 'off' });
    const send = (channelId: string, body: object = { content: 'hi' }) =>
      rest.post(Routes.channelMessages(channelId), { body });
    const attempt = send('1');
    await expect(attempt).rejects.toBeInstanceOf(DiscordAPIError);
    await expect(attempt).rejects.toMatchObject({ code: 10003, status: 404, message: 'Unknown Channel' });
    await expect(send(sim.channel({ botAccess: 'none' }).id)).rejects.toMatchObject({ code: 50001, status: 403 });
    await expect(send(sim.channel({ botAccess: 'read' }).id)).rejects.toMatchObject({ code: 50013, status: 403 });
    const away = sim.guild({ botInstalled: false });
    await expect(send(sim.channel({ guildId: away.id }).id)).rejects.toMatchObject({ code: 50001 });
    await expect(send(sim.home.channelId, { content: '  ' })).rejects.toMatchObject({ code: 50006, status: 400 });
    const sent = (await send(sim.home.channelId)) as APIMessage;
    const empty = rest.patch(Routes.channelMessage(sim.home.channelId, sent.id), { body: { content: '' } });
    await expect(empty).rejects.toMatchObject({ code: 50006 });
  });

  it('gives the existing message for the same nonce, for some minutes', async () => {
    let time = Date.UTC(2026, 10, 22);
    const { sim, rest } = await startDiscord({ now: () => time });
    const send = async (enforce: boolean) => {
      const body = { content: 'once', nonce: 'notice-1', enforce_nonce: enforce };
      return ((await rest.post(Routes.channelMessages(sim.home.channelId), { body })) as APIMessage).id;
    };
    const first = await send(true);
    expect(await send(true)).toBe(first);
    const second = await send(false);
    expect(second).not.toBe(first);
    time += 6 * 60_000;
    expect([first, second]).not.toContain(await send(true));
  });

  it('carries files, which can be fetched, and drops those an edit does not keep', async () => {
    const { sim, rest } = await startDiscord();
    const sent = (await rest.post(Routes.channelMessages(sim.home.channelId), {
      body: { content: 'see', attachments: [{ id: '0', description: 'all of it' }] },
      files: [{ name: 'answer.md', data: Buffer.from('# Answer'), contentType: 'text/markdown' }],
    })) as APIMessage;
    expect(sent.attachments).toMatchObject([
      { filename: 'answer.md', size: 8, description: 'all of it', content_type: 'text/markdown' },
    ]);
    expect(await (await fetch(sent.attachments[0]?.url ?? '')).text()).toBe('# Answer');
    expect(sim.member().sees(sim.home.channelId)[0]?.attachments).toEqual([{ name: 'answer.md', text: '# Answer' }]);
    const route = Routes.channelMessage(sim.home.channelId, sent.id);
    await rest.patch(route, { body: { content: 'gone', attachments: [] } });
    expect(await rest.get(route)).toMatchObject({ content: 'gone', attachments: [] });
    expect((await fetch(sent.attachments[0]?.url ?? '')).status).toBe(404);
    const large = rest.post(Routes.channelMessages(sim.home.channelId), {
      body: {},
      files: [{ name: 'large.bin', data: Buffer.alloc(10 * 1024 * 1024 + 1) }],
    });
    await expect(large).rejects.toMatchObject({ code: 40005, status: 413 });
  });
});

describe('messages of people', () => {
  it('are listed beside those of the bot, which cannot edit them', async () => {
    const { sim, rest } = await startDiscord();
    const said = sim.member('100', { name: 'Ada' }).say('good morning');
    const reply = { content: 'to you, too', message_reference: { message_id: said.id } };
    await rest.post(Routes.channelMessages(sim.home.channelId), { body: reply });
    const list = (await rest.get(Routes.channelMessages(sim.home.channelId))) as APIMessage[];
    expect(list.map(({ author, type }) => [author.id, type])).toEqual([
      [sim.applicationId, 19],
      ['100', 0],
    ]);
    expect(sim.member('100').sees(sim.home.channelId)[1]?.pings.users).toEqual(['100']);
    const edit = rest.patch(Routes.channelMessage(sim.home.channelId, said.id), { body: { content: 'hi' } });
    await expect(edit).rejects.toMatchObject({ code: 50005, status: 403 });
  });
});

describe('pings', () => {
  const content = '@everyone @here <@5> <@!6> <@&7> <@5>';

  it('are what the text names, when nothing forbids them', async () => {
    const { sim, rest } = await startDiscord();
    await rest.post(Routes.channelMessages(sim.home.channelId), { body: { content } });
    expect(sim.member().sees(sim.home.channelId)[0]?.pings).toEqual({
      everyone: true,
      here: true,
      users: ['5', '6'],
      roles: ['7'],
    });
  });

  it('are none with an empty parse list, also over edits', async () => {
    const { sim, rest } = await startDiscord();
    const body = { content, allowed_mentions: { parse: [] } };
    const sent = (await rest.post(Routes.channelMessages(sim.home.channelId), { body })) as APIMessage;
    const none = { everyone: false, here: false, users: [], roles: [] };
    expect(sim.member().sees(sim.home.channelId)[0]?.pings).toEqual(none);
    await rest.patch(Routes.channelMessage(sim.home.channelId, sent.id), { body: { content } });
    const [message] = sim.member().sees(sim.home.channelId);
    expect(message?.history.map(({ pings }) => pings.everyone)).toEqual([false, true]);
    expect(message?.pings.users).toEqual(['5', '6']);
  });

  it('follow the lists of users and roles, and refuse both at once', async () => {
    const { sim, rest } = await startDiscord();
    const send = (allowed: object) =>
      rest.post(Routes.channelMessages(sim.home.channelId), { body: { content, allowed_mentions: allowed } });
    await send({ users: ['6'], parse: ['roles'] });
    expect(sim.member().sees(sim.home.channelId)[0]?.pings).toMatchObject({
      everyone: false,
      users: ['6'],
      roles: ['7'],
    });
    await expect(send({ users: ['6'], parse: ['users'] })).rejects.toMatchObject({ code: 50035 });
  });
});

describe('direct messages', () => {
  it('go to the one channel of a person, and are seen by nobody else', async () => {
    const { sim, rest } = await startDiscord();
    sim.member('100');
    const open = async () => (await rest.post(Routes.userChannels(), { body: { recipient_id: '100' } })) as APIChannel;
    const channel = await open();
    expect(channel).toMatchObject({ type: 1, recipients: [{ id: '100' }] });
    expect((await open()).id).toBe(channel.id);
    const arriving = sim.waitForDms('100', (dms) => dms.length === 1);
    await rest.post(Routes.channelMessages(channel.id), { body: { content: '10,000,000 tokens' } });
    expect((await arriving)[0]?.content).toBe('10,000,000 tokens');
    expect(sim.dms('100')).toHaveLength(1);
    expect(sim.member('101').sees(channel.id)).toEqual([]);
    await expect(sim.waitForDms('100', (dms) => dms.length === 2, 20)).rejects.toThrow('10,000,000 tokens');
  });

  it('are refused by who closed them, and by strangers', async () => {
    const { sim, rest } = await startDiscord();
    const send = async (id: string) => {
      const channel = (await rest.post(Routes.userChannels(), { body: { recipient_id: id } })) as APIChannel;
      return rest.post(Routes.channelMessages(channel.id), { body: { content: 'hi' } });
    };
    sim.member('100', { dms: 'closed' });
    sim.member('101', { dms: 'no-mutual-guild' });
    await expect(send('100')).rejects.toMatchObject({ code: 50007, status: 403 });
    await expect(send('101')).rejects.toMatchObject({ code: 50278, status: 403 });
    await expect(send('102')).rejects.toMatchObject({ code: 50033, status: 400 });
    sim.member('100', { dms: 'open' });
    await expect(send('100')).resolves.toBeDefined();
  });
});
