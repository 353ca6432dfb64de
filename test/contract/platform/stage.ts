import { afterEach } from 'vitest';
import { type Bot, type BotOptions, startBot } from '../../helpers/bot.ts';
import { type Person, personOn, type Said } from '../../helpers/people.ts';
import type { Transport } from './transports.ts';

/** A bot and two members, who share the common channel. */
export interface Stage {
  bot: Bot;
  ann: Person;
  ben: Person;
}

export type Begin = (options?: BotOptions) => Promise<Stage>;

/** @returns what starts the bot of a test on this transport; it ends with the test */
export function createBegin({ platform, transports }: Transport): Begin {
  let bot: Bot | null = null;
  afterEach(async () => {
    await bot?.close();
    bot = null;
  });
  return async (options = {}) => {
    bot = await startBot({ ...options, world: { transports, ...options.world } });
    return { bot, ann: personOn(platform, bot, 'Ann'), ben: personOn(platform, bot, 'Ben') };
  };
}

export const labels = (said: Said) => said.buttons.map((button) => button.label);
