import { DAY, HOUR } from '../../src/core/time.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, modelTable, type Person, personOn, reads } from '../helpers/people.ts';

/** A member who has been here for two weeks: a plan, a pack, answers on most days, and Slack linked to Discord. */
export interface AccountStage {
  bot: Bot;
  ann: Person;
}

/** Asks of each day. */
const DAYS = [2, 1, 0, 3, 2, 4, 0, 1, 2, 4, 1, 3, 1];

/** Tokens that make a wallet of millions move. */
const TABLE = modelTable({ maxOutputTokens: 20_000, tokensEach: 900 });

export async function setAccountStage(): Promise<AccountStage> {
  const bot = await startBot({
    env: {
      MODEL_TABLE: TABLE,
      MEMBER_ASKS_PER_MINUTE: '0',
      TERMS_URL: 'https://neural.example/terms',
      PRIVACY_URL: 'https://neural.example/privacy',
    },
  });
  const ann = personOn('discord', bot, 'ann', '208493017265438720');
  const onSlack = personOn('slack', bot, 'ann');
  await buy(bot, ann, 'pro');
  await buy(bot, ann, 'topup');
  const code = /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec((await reads(ann.does('link'))).text)?.[0];
  await reads(onSlack.does('link', code));
  for (const [day, asks] of DAYS.entries()) {
    for (let n = 0; n < asks; n += 1) {
      await ask(n % 3 === 1 ? onSlack : ann, `Question ${n} of day ${day}: how far is the moon?`);
      bot.advance(HOUR);
      await bot.settle();
    }
    await bot.meterTick();
    bot.advance(DAY - asks * HOUR);
    await bot.settle();
  }
  await ask(ann, 'And how long does its light take to us?');
  return { bot, ann };
}
