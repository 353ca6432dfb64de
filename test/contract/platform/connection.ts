import { describe, expect, it } from 'vitest';
import type { Bot } from '../../helpers/bot.ts';
import { answerTo, ask, buy, reads } from '../../helpers/people.ts';
import type { Begin } from './stage.ts';
import type { Transport } from './transports.ts';

/** How a platform ends the bot's connection. */
const ENDS = {
  'is cut': { discord: ({ world }: Bot) => world.discord.gateway.disconnect({ code: null }), slack: cutSlack },
  'is renewed': {
    discord: ({ world }: Bot) => world.discord.gateway.askReconnect(),
    slack: ({ world }: Bot) => world.slack.sockets.disconnect('refresh_requested'),
  },
};

function cutSlack({ world }: Bot): void {
  world.slack.sockets.drop();
}

/** A connection that the bot keeps, and loses. */
export function tellConnection(begin: Begin, { platform }: Transport): void {
  const end = (bot: Bot, how: keyof typeof ENDS) => ENDS[how][platform](bot);

  /** Slack sends again by itself what was not acknowledged, Discord when the session goes on. */
  async function catchUp({ world }: Bot): Promise<void> {
    await expect.poll(() => connectionsOf(world)).toBe(2);
    await world.slack.retryDue();
  }

  function connectionsOf({ discord, slack }: Bot['world']): number {
    if (platform === 'discord') return discord.gateway.counts.resumes + discord.gateway.counts.identifies;
    return slack.sockets.connections.map(({ host }) => Number(host.split('-')[1]))[0] ?? 0;
  }

  const ready = async (bot: Bot) => {
    const response = await fetch(`${bot.app.url}/readyz`);
    return { status: response.status, told: await response.text() };
  };

  describe('a connection that is lost', () => {
    it.each(['is cut', 'is renewed'] as const)(
      'when it %s in the middle of an answer: the answer is finished, nothing is doubled, and it is charged once',
      async (how) => {
        const { bot, ann, ben } = await begin();
        await buy(bot, ann, 'starter');
        const deed = ann.mentions('A story [[length:200]] [[delay:10]] [[chunk:4]]');
        await reads(deed, ({ text, buttons }) => text.length > 40 && buttons[0]?.label === 'Stop');
        end(bot, how);
        const answer = await answerTo(deed);
        await catchUp(bot);
        const outcome = bot.world.openai.store.requests[0]?.outcome;
        expect(outcome?.state).toBe('complete');
        expect(answer.text).toContain(outcome?.text.slice(-40));
        await reads(ann.does('help'));
        await bot.settle();
        expect(bot.world.openai.store.requests).toHaveLength(1);
        expect(ben.channel()).toHaveLength(1);
        const receipts = bot.kept.receipts();
        const charged = (outcome?.promptTokens ?? 0) + (outcome?.completionTokens ?? 0);
        expect(receipts).toMatchObject([{ ending: 'complete', charged }]);
        bot.advance(31_000);
        await bot.meterTick();
        expect([...bot.world.dodo.store.events.keys()]).toEqual([receipts[0]?.askId]);
      },
    );

    it('has its missed message answered once, and is there for the next command', async () => {
      const { bot, ann } = await begin();
      await buy(bot, ann, 'starter');
      end(bot, 'is cut');
      const missed = ann.mentions('Are you there?');
      await catchUp(bot);
      expect((await answerTo(missed)).isRefused).toBe(false);
      expect((await ask(ann, 'And now?')).isRefused).toBe(false);
      expect(bot.kept.receipts()).toHaveLength(2);
      expect(ann.channel()).toHaveLength(2);
    });

    it('makes the bot unready until it is back', async () => {
      const { bot } = await begin();
      const { discord, slack } = bot.world;
      expect(await ready(bot)).toMatchObject({ status: 200 });
      discord.gateway.settings.outage = 'cut';
      slack.faults.next({ method: 'apps.connections.open', error: 'internal_error' });
      end(bot, 'is cut');
      await expect.poll(() => ready(bot)).toMatchObject({ status: 503, told: expect.stringContaining(platform) });
      discord.gateway.settings.outage = null;
      await expect.poll(() => ready(bot), { timeout: 6_000 }).toMatchObject({ status: 200 });
    });
  });
}
