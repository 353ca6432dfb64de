import { afterEach, describe, expect, it } from 'vitest';
import { HOLD_LEASE } from '../../src/core/account/hold.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { buy, personOn, reads, type Said } from '../helpers/people.ts';
import { letReadChannels } from '../helpers/slack-reading.ts';

describe.each(['discord', 'slack'] as const)('an answer on %s whose hold was taken from its writer', (platform) => {
  let bot: Bot;
  afterEach(() => bot.close());

  /** An edit that the writer sent before it was stalled reaches the platform now. */
  async function arrivesLate({ place, text, buttons }: Said): Promise<void> {
    const id = buttons.find(({ label }) => label === 'Stop')?.id ?? '';
    const { discord, slack } = bot.world;
    const isDiscord = platform === 'discord';
    const url = isDiscord
      ? `${discord.url}/api/v10/channels/${place.channel}/messages/${place.id}`
      : `${slack.url}/api/chat.update`;
    const stop = { type: 2, style: 4, label: 'Stop', custom_id: id };
    const element = { type: 'button', text: { type: 'plain_text', text: 'Stop' }, action_id: id };
    const body = isDiscord
      ? { content: text, components: [{ type: 1, components: [stop] }] }
      : {
          channel: place.channel,
          ts: place.id,
          text,
          blocks: [
            { type: 'section', text: { type: 'mrkdwn', text } },
            { type: 'actions', elements: [element] },
          ],
        };
    const answer = await fetch(url, {
      method: isDiscord ? 'PATCH' : 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: isDiscord ? `Bot ${discord.token}` : `Bearer ${slack.settings.botToken}`,
      },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
  }

  it('ends closed, though an edit of the writer comes after the closing, and is charged once', async () => {
    bot = await startBot();
    letReadChannels(bot.world.slack);
    const ann = personOn(platform, bot, 'Ann');
    await buy(bot, ann, 'starter');
    const deed = ann.does('ask', 'Tell me [[length:8000]] [[chunk:4]] [[delay:20]] more');
    const growing = await reads(deed, ({ text }) => text.length > 60 && !text.includes('Thinking'));
    bot.advance(HOLD_LEASE + 1_000);
    await bot.settle();
    const [receipt] = bot.kept.receipts();
    expect(receipt).toMatchObject({ ending: 'interrupted' });
    const isClosed = ({ text, buttons }: Said) =>
      text.includes('Interrupted') && buttons.every(({ label }) => label !== 'Stop');
    expect(deed.said().every(isClosed)).toBe(true);
    await arrivesLate(growing);
    expect(deed.said().some(isClosed)).toBe(false);
    ann.press(growing, 'Stop');
    await deed.waitFor((said) => said.some(isClosed));
    expect(bot.kept.receipts()).toEqual([receipt]);
    expect(bot.kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
  });
});
