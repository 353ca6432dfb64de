import { DiscordAPIError, MessageFlags, Routes } from 'discord.js';
import { InteractionResponseType, type RESTPatchAPIWebhookWithTokenMessageResult } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { startDiscord, startEndpoint } from './world.ts';

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
});
