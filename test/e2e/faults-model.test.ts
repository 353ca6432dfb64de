import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, type Person, personOn } from '../helpers/people.ts';

let bot: Bot;

beforeAll(async () => {
  bot = await startBot({ overrides: { modelTimeoutMs: 300 }, env: { MEMBER_ASKS_PER_MINUTE: '0' } });
});

afterAll(() => bot.close());

describe.each(['discord', 'slack'] as const)('a model that fails a member on %s', (platform) => {
  let person: Person;

  beforeAll(async () => {
    person = personOn(platform, bot, `${platform}-member`);
    await buy(bot, person, 'starter');
  });

  /** The charge of the newest ask, with no hold and no running ask left. */
  function newestReceipt() {
    expect(bot.kept.accounts().flatMap(({ holds }) => holds)).toEqual([]);
    const receipt = bot.kept.receipts().at(-1);
    if (receipt === undefined) throw new Error('expected a receipt');
    return receipt;
  }

  const newestOutcome = () => bot.world.openai.store.requests.at(-1)?.outcome;

  it.each([
    [
      'refuses the request',
      '[[fail:400]]',
      'The model would not answer this; please ask in another way, or tell whoever runs this bot.',
    ],
    ['refuses our key', '[[fail:401]]', 'The model cannot be used at the moment; please tell whoever runs this bot.'],
    [
      'does not know the model',
      '[[fail:404]]',
      'The model would not answer this; please ask in another way, or tell whoever runs this bot.',
    ],
    ['is busy', '[[fail:429]]', 'The model is busy at the moment; please try again in a minute.'],
    ['fails', '[[fail:500]]', 'The model did not answer; please try again in a minute.'],
    ['is overloaded', '[[fail:503]]', 'The model did not answer; please try again in a minute.'],
    ['never answers', '[[hang]]', 'The model did not answer; please try again in a minute.'],
    ['breaks off before it begins', '[[cut:0]]', 'The model did not answer; please try again in a minute.'],
    ['falls silent before it begins', '[[stall:0]]', 'The model did not answer; please try again in a minute.'],
    [
      'reports an error before it begins',
      '[[fail-after:0]]',
      'The model did not answer; please try again in a minute.',
    ],
    ['says nothing', '[[empty]]', 'The model gave no answer.'],
    ['says nothing but space', '[[repeat:  ]]', 'The model gave no answer.'],
  ])('says so in a sentence and charges nothing when it %s', async (_what, directive, sentence) => {
    const asked = bot.world.openai.store.requests.length;
    const { last } = await ask(person, `Why? ${directive}`);
    expect(last.text).toContain(`${sentence} You were not charged.`);
    expect(last.text).not.toMatch(/Thinking|Error|undefined|simulat/);
    expect(newestReceipt()).toMatchObject({ ending: 'failed', charged: 0, settledBy: 'free' });
    expect(bot.world.openai.store.requests.length).toBe(asked + 1);
  });

  it('says so when nothing listens where the model should be', async () => {
    bot.world.openai.faults.outage('close');
    const { last } = await ask(person, 'Why?');
    bot.world.openai.faults.outage(null);
    expect(last.text).toContain('The model did not answer; please try again in a minute. You were not charged.');
    expect(newestReceipt().charged).toBe(0);
  });

  it.each([
    ['breaks off', '[[cut:10]]'],
    ['reports an error', '[[fail-after:10]]'],
    ['falls silent', '[[stall:10]]'],
  ])('charges what was written when it %s in the middle of an answer', async (_what, directive) => {
    const { text, last } = await ask(person, `Tell me more [[length:200]] ${directive}`);
    expect(last.text).toContain('The answer was cut off; you pay only for what was written.');
    const receipt = newestReceipt();
    const { promptTokens = 0 } = newestOutcome() ?? {};
    expect(receipt).toMatchObject({ ending: 'cut', countedBy: 'us' });
    expect(receipt.usage.outputTokens).toBeGreaterThan(0);
    expect(receipt.usage.outputTokens).toBeLessThanOrEqual(4 * 10);
    expect(receipt.usage.inputTokens).toBeGreaterThanOrEqual(promptTokens);
    expect(receipt.charged).toBe(receipt.usage.inputTokens + receipt.usage.outputTokens);
    expect(text.length).toBeGreaterThan(40);
    expect(last.text).toContain(`${receipt.charged} tokens`);
  });

  it('counts the answer itself when the model sends no usage (pain 5)', async () => {
    const { last } = await ask(person, 'Tell me [[length:120]] [[no-usage]]');
    const receipt = newestReceipt();
    expect(receipt).toMatchObject({ ending: 'complete', countedBy: 'us' });
    // Ours is a count of the text; the model's own pieces may be cut a little differently.
    expect(Math.abs(receipt.usage.outputTokens - 120)).toBeLessThanOrEqual(5);
    expect(receipt.charged).toBe(receipt.usage.inputTokens + receipt.usage.outputTokens);
    expect(last.text).not.toContain('cut off');
  });

  it('serves again at once when the model is well', async () => {
    const { text } = await ask(person, '[[repeat:All is well again]]');
    expect(text).toContain('All is well again');
    expect(newestReceipt()).toMatchObject({ ending: 'complete', countedBy: 'provider' });
  });
});

describe('after all of this', () => {
  it('what was charged is what Dodo is told, each ask once, and the failed ones never', async () => {
    await bot.meterTick();
    const charged = bot.kept.receipts().filter((receipt) => receipt.charged > 0);
    const told = [...bot.world.dodo.store.events.values()].map(({ event }) => event);
    expect(told.map(({ event_id }) => event_id).sort()).toEqual(charged.map(({ askId }) => askId).sort());
    expect(told.reduce((sum, { metadata }) => sum + Number(metadata?.tokens), 0)).toBe(
      charged.reduce((sum, receipt) => sum + receipt.charged, 0),
    );
    expect(bot.kept.deadLetters()).toEqual([]);
  });
});
