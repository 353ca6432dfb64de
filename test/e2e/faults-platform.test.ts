import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, type Deed, type Person, personOn } from '../helpers/people.ts';

const HALFWAY = 'Tell me [[length:400]] [[chunk:4]] [[delay:10]] a story';

type Way = 'refuses' | 'fails' | 'closes';

describe.each(['discord', 'slack'] as const)('%s away in the middle of work', (platform) => {
  let bot: Bot;
  let person: Person;
  let people = 0;

  beforeAll(async () => {
    bot = await startBot({ env: { MEMBER_ASKS_PER_MINUTE: '0' } });
  });

  beforeEach(async () => {
    // Edits of Slack messages have a budget by the minute.
    bot.advance(61_000);
    person = await newMember();
  });

  afterEach(() => breakPlatform(null));
  afterAll(() => bot.close());

  /** Somebody to whom nothing that went wrong before is still being told. */
  async function newMember(): Promise<Person> {
    people += 1;
    const member = personOn(platform, bot, `member ${people}`);
    await buy(bot, member, 'starter');
    return member;
  }

  const inDm = { inDm: true };

  /** Every call of the bot fails so; what the platform sends still comes in. */
  function breakPlatform(way: Way | null): void {
    const { discord, slack } = bot.world;
    const discordFault = {
      refuses: { status: 403, code: 50_013 },
      fails: { status: 500 },
      closes: { close: true },
    };
    discord.faults.outage(way === null ? null : discordFault[way]);
    if (way === 'refuses') {
      slack.faults.next({ method: 'response_url', status: 404, times: 1_000 });
      slack.faults.next({ error: 'account_inactive', times: 1_000 });
    } else slack.faults.outage = way === null ? 'off' : ({ fails: 'error', closes: 'close' } as const)[way];
    if (way === null) slack.faults.clear();
  }

  /** A turn ends badly. With `passing` time, what is tried again for a while is not waited for. */
  async function turnFails(begin: () => unknown, passing = true): Promise<void> {
    const failed = () => bot.logged.filter(({ text }) => text === 'a turn failed').length;
    const before = failed();
    begin();
    await vi.waitFor(
      () => {
        if (passing) bot.advance(5_000);
        expect(failed()).toBe(before + 1);
      },
      { timeout: 15_000, interval: 250 },
    );
  }

  const holds = () => bot.kept.accounts().flatMap((account) => account.holds);
  const receipts = () => bot.kept.receipts();
  const charged = () => receipts().reduce((sum, receipt) => sum + receipt.charged, 0);

  async function isHalfway(deed: Deed): Promise<void> {
    await deed.waitFor((said) => said.some(({ text }) => text.length > 60 && !text.includes('Thinking')));
  }

  async function servesAgain(): Promise<void> {
    breakPlatform(null);
    const { text } = await ask(await newMember(), '[[repeat:All is well again]]', inDm);
    expect(text).toContain('All is well again');
    expect(holds()).toEqual([]);
  }

  it.runIf(platform === 'discord')(
    'never says that an answer was free when it was charged and its end could not be shown',
    async () => {
      const deed = person.does('ask', HALFWAY, inDm);
      await isHalfway(deed);
      const route = 'patch /webhooks/:applicationId/:token/messages/:messageId';
      bot.world.discord.faults.next({ route, status: 400, code: 50_035, times: 2 });
      const said = await deed.waitFor((all) => all.some(({ text }) => text.includes('could not be shown')));
      const receipt = receipts().at(-1);
      expect(receipt?.charged).toBeGreaterThan(400);
      const told = said.find(({ text }) => text.includes('could not be shown'));
      expect(told?.text).toContain(`${receipt?.charged} tokens · \`${receipt?.askId}\``);
      expect(told?.text).not.toContain('Nothing was charged');
      expect(told?.isPrivate).toBe(true);
    },
  );

  it.each(['refuses', 'fails', 'closes'] as const)(
    'asks no model and charges nothing for an answer that cannot be begun: %s',
    async (way) => {
      const before = { asked: bot.world.openai.store.requests.length, charged: charged() };
      breakPlatform(way);
      await turnFails(() => person.does('ask', 'Can you hear me?', inDm));
      expect(holds()).toEqual([]);
      // Where it takes longer than a lease the recovery is quicker, and writes that nothing was charged.
      expect(charged()).toBe(before.charged);
      expect(bot.world.openai.store.requests.length).toBe(before.asked);
      await servesAgain();
    },
  );

  it.each(['fails', 'closes'] as const)('brings the whole answer when it %s for a while', async (way) => {
    const deed = person.does('ask', HALFWAY, inDm);
    await isHalfway(deed);
    breakPlatform(way);
    await vi.waitFor(() => expect(holds()).toEqual([]), { timeout: 10_000 });
    breakPlatform(null);
    const said = await deed.waitFor((all) =>
      all.some(({ buttons }) => buttons.some(({ label }) => label === 'Receipt')),
    );
    const receipt = receipts().at(-1);
    expect(receipt).toMatchObject({ ending: 'complete' });
    const written = bot.world.openai.store.requests.at(-1)?.outcome.text ?? '';
    expect(
      said
        .map(({ text }) => text)
        .join('')
        .replace(/\s+/g, ' '),
    ).toContain(written.trim().replace(/\s+/g, ' '));
    expect(said.at(-1)?.text).toContain(`${receipt?.charged} tokens`);
  });

  it('settles an answer whose end the platform refuses, and crashes over nothing', async () => {
    const deed = person.does('ask', HALFWAY, inDm);
    await isHalfway(deed);
    await turnFails(() => breakPlatform('refuses'), false);
    expect(holds()).toEqual([]);
    expect(receipts().at(-1)).toMatchObject({ ending: 'complete' });
    expect(receipts().at(-1)?.charged).toBeGreaterThan(400);
    await servesAgain();
  });

  it('brings a notice once it is back, and only once', async () => {
    const before = person.dms().length;
    const buyer = person;
    const { dodo } = bot.world;
    const subscription = [...dodo.store.subscriptions.keys()].at(-1);
    breakPlatform('fails');
    dodo.renew(subscription ?? '');
    await bot.settle();
    expect(buyer.dms().length).toBe(before);
    breakPlatform(null);
    for (let round = 0; round < 4; round += 1) {
      bot.advance(10_000);
      await bot.settle();
    }
    expect(
      buyer
        .dms()
        .slice(before)
        .map(({ text }) => text),
    ).toEqual([expect.stringContaining('10,000,000')]);
  });

  it('finds a notice that arrived though the answer got lost, an hour later, instead of sending it again', async () => {
    const before = person.dms().length;
    const { dodo, discord, slack } = bot.world;
    const subscription = [...dodo.store.subscriptions.keys()].at(-1);
    if (platform === 'discord') {
      discord.faults.next({ route: 'post /channels/:channelId/messages', close: true, afterEffect: true });
    } else slack.faults.next({ method: 'chat.postMessage', close: true, performed: true });
    dodo.renew(subscription ?? '');
    await bot.settle();
    expect(bot.kept.rows('notice')).toMatchObject([{ attempts: 1 }]);
    const found = await bot.metric('notices_found_total');
    bot.advance(3_600_000);
    await bot.settle();
    expect(bot.kept.rows('notice')).toEqual([]);
    expect(await bot.metric('notices_found_total')).toBe(found + 1);
    expect(person.dms().slice(before)).toHaveLength(1);
  });

  it('has left nothing behind that nobody looks at', async () => {
    await bot.meterTick();
    expect(bot.kept.deadLetters()).toEqual([]);
    expect(holds()).toEqual([]);
    const charged = receipts().filter((receipt) => receipt.charged > 0);
    expect(new Set(charged.map(({ askId }) => askId)).size).toBe(charged.length);
    const told = [...bot.world.dodo.store.events.values()].map(({ event }) => event.event_id);
    expect(told.sort()).toEqual(charged.map(({ askId }) => askId).sort());
  });
});
