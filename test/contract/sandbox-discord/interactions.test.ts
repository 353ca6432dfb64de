import { DiscordAPIError, MessageFlags, Routes } from 'discord.js';
import {
  type APIMessage,
  InteractionResponseType,
  type RESTPatchAPIWebhookWithTokenMessageResult,
} from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { startDiscord, startEndpoint, startRawEndpoint } from './world.ts';

const DEFER = { type: InteractionResponseType.DeferredChannelMessageWithSource };
const DEFER_PRIVATELY = { ...DEFER, data: { flags: MessageFlags.Ephemeral } };

describe('a command', () => {
  it('shows the answer that the endpoint gives at once', async () => {
    const { sim } = await startDiscord();
    await startEndpoint(sim, (interaction) => ({
      type: InteractionResponseType.ChannelMessageWithSource,
      data: { content: `hello ${interaction.member?.user.username}`, flags: MessageFlags.Ephemeral },
    }));
    const asked = sim.member('100', { name: 'Ada' }).command('ask', { prompt: 'hi' });
    expect(await asked.acknowledged).toMatchObject({ type: 4, ephemeral: true, via: 'http' });
    expect(asked.reply()).toMatchObject({ content: 'hello ada', ephemeral: true });
    expect(sim.member('101').sees(sim.home.channelId)).toEqual([]);
    expect(sim.member('100').sees(sim.home.channelId)).toHaveLength(1);
  });

  it('is deferred, filled in, edited and followed up with its token', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, () => DEFER);
    const asked = sim.member().command('ask', { prompt: 'hi' });
    await asked.acknowledged;
    expect(asked.reply()).toMatchObject({ loading: true, content: '', ephemeral: false });
    const original = Routes.webhookMessage(sim.applicationId, asked.record.token);
    const edit = (content: string) => rest.patch(original, { body: { content }, auth: false });
    await edit('one');
    await asked.done;
    await edit('one two');
    const followUp = Routes.webhook(sim.applicationId, asked.record.token);
    await rest.post(followUp, { body: { content: 'more', flags: MessageFlags.Ephemeral }, auth: false });
    const messages = await asked.waitFor((there) => there.length === 2);
    expect(messages.map(({ content, ephemeral }) => [content, ephemeral])).toEqual([
      ['one two', false],
      ['more', true],
    ]);
    expect(messages[0]?.history.map(({ content }) => content)).toEqual(['one', 'one two']);
    expect(await rest.get(original, { auth: false })).toMatchObject({ content: 'one two' });
  });

  it('fixes with the defer who sees the answer', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, () => DEFER_PRIVATELY);
    const asked = sim.member().command('balance');
    await asked.acknowledged;
    const original = Routes.webhookMessage(sim.applicationId, asked.record.token);
    const edited = (await rest.patch(original, {
      body: { content: 'for all?', flags: 0 },
      auth: false,
    })) as RESTPatchAPIWebhookWithTokenMessageResult;
    expect(edited.flags).toBe(MessageFlags.Ephemeral);
    expect(asked.reply()?.ephemeral).toBe(true);
    await startEndpoint(sim, () => DEFER);
    const open = sim.member().command('ask');
    await open.acknowledged;
    const hidden = (await rest.patch(Routes.webhookMessage(sim.applicationId, open.record.token), {
      body: { content: 'for one?', flags: MessageFlags.Ephemeral },
      auth: false,
    })) as RESTPatchAPIWebhookWithTokenMessageResult;
    expect(hidden.flags).toBe(0);
    expect(open.reply()?.ephemeral).toBe(false);
  });

  it('tells the member when no answer comes in time, and closes the token', async () => {
    const { sim, rest } = await startDiscord({ acknowledgeWithinMs: 60 });
    await startEndpoint(sim, () => new Promise(() => {}));
    const asked = sim.member().command('ask', { prompt: 'hi' });
    await expect(asked.acknowledged).rejects.toThrow('The application did not respond');
    await asked.done;
    expect(asked.failure()).toBe('The application did not respond');
    const late = rest.post(Routes.interactionCallback(asked.id, asked.record.token), { body: DEFER, auth: false });
    await expect(late).rejects.toBeInstanceOf(DiscordAPIError);
    await expect(late).rejects.toMatchObject({ code: 10062, status: 404 });
    const edit = rest.patch(Routes.webhookMessage(sim.applicationId, asked.record.token), {
      body: { content: 'late' },
      auth: false,
    });
    await expect(edit).rejects.toMatchObject({ code: 10015 });
  });

  it('fills the deferred answer by a follow-up that comes first', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, () => DEFER);
    const asked = sim.member().command('ask');
    await asked.acknowledged;
    await rest.post(Routes.webhook(sim.applicationId, asked.record.token), { body: { content: 'first' }, auth: false });
    expect(asked.messages()).toHaveLength(1);
    expect(asked.reply()).toMatchObject({ content: 'first', loading: false });
  });

  it('is not answered when the endpoint fails, answers something else, or breaks the limits', async () => {
    const { sim } = await startDiscord();
    const outcome = async () => {
      const asked = sim.member().command('ask');
      await asked.done;
      return asked.record.failureCause;
    };
    expect(await outcome()).toContain('no interactions URL');
    await startRawEndpoint(sim, (_req, res) => void res.writeHead(500).end());
    expect(await outcome()).toContain('500');
    await startRawEndpoint(sim, (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<p>'));
    expect(await outcome()).toContain('text/html');
    await startEndpoint(sim, () => ({ type: 4, data: { content: 'x'.repeat(2_001) } }));
    expect(await outcome()).toContain('2000 or fewer');
    await startEndpoint(sim, () => ({ type: InteractionResponseType.DeferredMessageUpdate }));
    expect(await outcome()).toContain('Value must be one of (4, 5, 9)');
  });

  it('keeps its token open for 15 minutes', async () => {
    let time = Date.UTC(2026, 10, 22);
    const { sim, rest } = await startDiscord({ now: () => time });
    await startEndpoint(sim, () => DEFER);
    const asked = sim.member().command('ask');
    await asked.acknowledged;
    const edit = () =>
      rest.patch(Routes.webhookMessage(sim.applicationId, asked.record.token), {
        body: { content: 'hi' },
        auth: false,
      });
    time += 15 * 60_000;
    await edit();
    expect(asked.reply()?.history).toMatchObject([{ at: time, content: 'hi' }]);
    time += 1;
    await expect(edit()).rejects.toMatchObject({ code: 50027, status: 401 });
  });

  it('counts the three seconds on the clock it was given, too', async () => {
    let time = Date.UTC(2026, 10, 22);
    const { sim, rest } = await startDiscord({ now: () => time });
    await startEndpoint(sim, () => null);
    const asked = sim.member().command('ask');
    time += 3_001;
    const late = rest.post(Routes.interactionCallback(asked.id, asked.record.token), { body: DEFER, auth: false });
    await expect(late).rejects.toMatchObject({ code: 10062 });
  });
});

describe('an ephemeral answer', () => {
  it('is out of reach for the bot token', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, () => ({ type: 4, data: { content: 'psst', flags: MessageFlags.Ephemeral } }));
    const asked = sim.member().command('ask');
    await asked.acknowledged;
    const route = Routes.channelMessage(sim.home.channelId, asked.reply()?.id ?? '');
    await expect(rest.get(route)).rejects.toMatchObject({ code: 10008 });
    await expect(rest.patch(route, { body: { content: 'hi' } })).rejects.toMatchObject({ code: 10008 });
    expect(await rest.get(Routes.channelMessages(sim.home.channelId))).toEqual([]);
  });
});

describe('the callback route', () => {
  it('answers an interaction whose HTTP request was answered with 202', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, () => null);
    const asked = sim.member().command('ask');
    const callback = Routes.interactionCallback(asked.id, asked.record.token);
    const body = { type: InteractionResponseType.ChannelMessageWithSource, data: { content: 'hi' } };
    const query = new URLSearchParams({ with_response: 'true' });
    const answer = await rest.post(callback, { body, query, auth: false });
    const id = asked.reply()?.id;
    expect(answer).toMatchObject({
      interaction: { id: asked.id, type: 2, response_message_id: id, response_message_ephemeral: false },
      resource: { type: 4, message: { id, content: 'hi' } },
    });
    expect(await asked.acknowledged).toMatchObject({ via: 'callback' });
    const twice = rest.post(callback, { body, auth: false });
    await expect(twice).rejects.toMatchObject({ code: 40060, status: 400 });
  });

  it('answers 204 without a body unless the response is asked for', async () => {
    const { sim } = await startDiscord();
    await startEndpoint(sim, () => null);
    const asked = sim.member().command('ask');
    const answer = await fetch(`${sim.url}/api/v10/interactions/${asked.id}/${asked.record.token}/callback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(DEFER),
    });
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe('');
  });

  it('does not know an interaction that never was, nor a wrong token', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, () => DEFER);
    const asked = sim.member().command('ask');
    await asked.acknowledged;
    const post = (id: string, token: string) =>
      rest.post(Routes.interactionCallback(id, token), { body: DEFER, auth: false });
    await expect(post('1', asked.record.token)).rejects.toMatchObject({ code: 10062 });
    await expect(post(asked.id, 'other')).rejects.toMatchObject({ code: 10015 });
  });
});

describe('follow-ups', () => {
  it('are read, edited and deleted by their id, and strangers are not', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, () => ({ type: 4, data: { content: 'first' } }));
    const asked = sim.member().command('ask');
    await asked.acknowledged;
    const { applicationId } = sim;
    const { token } = asked.record;
    const made = await rest.post(Routes.webhook(applicationId, token), { body: { content: 'two' }, auth: false });
    const { id } = made as APIMessage;
    const route = Routes.webhookMessage(applicationId, token, id);
    await rest.patch(route, { body: { content: 'two!' }, auth: false });
    expect(await rest.get(route, { auth: false })).toMatchObject({ content: 'two!', type: 19 });
    await rest.delete(route, { auth: false });
    expect(asked.messages()).toHaveLength(1);
    await expect(rest.get(route, { auth: false })).rejects.toMatchObject({ code: 10008 });
    const foreign = (await rest.post(Routes.channelMessages(sim.home.channelId), {
      body: { content: 'x' },
    })) as APIMessage;
    const reach = rest.get(Routes.webhookMessage(applicationId, token, foreign.id), { auth: false });
    await expect(reach).rejects.toMatchObject({ code: 10008 });
    const unknown = rest.get(Routes.webhookMessage('1', token, '@original'), { auth: false });
    await expect(unknown).rejects.toMatchObject({ code: 10015 });
    await rest.delete(Routes.webhookMessage(applicationId, token), { auth: false });
    expect(asked.messages()).toEqual([]);
  });

  it('are at most five where only the user installed the app', async () => {
    const { sim, rest } = await startDiscord({ rateLimits: 'off' });
    await startEndpoint(sim, () => ({ type: 4, data: { content: 'first' } }));
    const followUp = async (installed: 'guild' | 'user') => {
      const guild = sim.guild({ botInstalled: installed === 'guild' });
      sim.channel({ guildId: guild.id });
      const asked = sim.member(undefined, { installed }).command('ask', {}, { guildId: guild.id });
      await asked.acknowledged;
      const route = Routes.webhook(sim.applicationId, asked.record.token);
      for (let count = 1; count <= 6; count += 1) await rest.post(route, { body: { content: 'more' }, auth: false });
    };
    await followUp('guild');
    await expect(followUp('user')).rejects.toMatchObject({ code: 40094 });
  });

  it('are forced ephemeral where apps from outside are not allowed', async () => {
    const { sim } = await startDiscord();
    await startEndpoint(sim, () => ({ type: 4, data: { content: 'first' } }));
    const guild = sim.guild({ botInstalled: false, externalApps: false });
    sim.channel({ guildId: guild.id });
    const asked = sim.member('7', { installed: 'user' }).command('ask', {}, { guildId: guild.id });
    expect(await asked.acknowledged).toMatchObject({ ephemeral: true });
    expect(asked.record.payload.authorizing_integration_owners).toEqual({ 1: '7' });
    expect(() => sim.member('8').command('ask', {}, { guildId: guild.id })).toThrow('to be installed');
  });
});
