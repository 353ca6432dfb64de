import { DAY, HOUR } from '../../src/core/time.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, type Person, personOn, reads } from '../helpers/people.ts';

/** A member who has been here for two weeks: a plan, a pack, answers on most days, and Slack linked to Discord. */
export interface AccountStage {
  bot: Bot;
  ann: Person;
}

/** Asks of each day. */
const DAYS = [2, 1, 0, 3, 2, 4, 0, 1, 2, 4, 1, 3, 1];

/** The operator has the bot answer with another model from then on. */
const NEW_MODEL_ON = 7;

const OLD_MODEL = 'gpt-5-mini';
const NEW_MODEL = 'gpt-5.4-mini';

/** Each token of an answer costs thousands of ours, so that a wallet of millions moves. */
const RULES = {
  contextTokens: 20_000,
  maxOutputTokens: 2_000,
  leastOutputTokens: 1,
  inputWeight: 1_000,
  cachedInputWeight: 1_000,
  outputWeight: 9_000_000,
};

export async function setAccountStage(): Promise<AccountStage> {
  const bot = await startBot({
    env: {
      MODEL_TABLE: JSON.stringify({ [OLD_MODEL]: RULES, [NEW_MODEL]: RULES }),
      OPENAI_MODEL: OLD_MODEL,
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
    if (day === NEW_MODEL_ON) await bot.restart({ OPENAI_MODEL: NEW_MODEL });
    bot.advance(DAY - asks * HOUR);
    await bot.settle();
  }
  await ask(ann, 'And how long does its light take to us?');
  return { bot, ann };
}
