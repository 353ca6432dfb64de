import { beforeEach, describe, expect, it } from 'vitest';
import { aWhile, type Fleet, type Rival, startFleet } from './bot-lease-stage.ts';

const SECOND = 1_000;

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startFleet();
});

const connected = (...rivals: Rival[]) => rivals.map(({ connection }) => connection.isConnected());

async function hold(rival: Rival): Promise<void> {
  fleet.allowIdentify();
  await rival.lease.hold();
}

const joined = (rival: Rival) => expect.poll(() => connected(rival), { timeout: 4_000 }).toEqual([true]);

/** What a mention in the common channel is answered with, when nothing more comes. */
async function answersTo(text: string): Promise<string[]> {
  const { discord } = fleet;
  const asked = discord.member().say(text, { mention: true });
  const later = () =>
    discord
      .member()
      .sees(discord.home.channelId)
      .filter(({ id }) => BigInt(id) > BigInt(asked.id));
  await expect.poll(() => later().some(({ content }) => content.includes('receipt'))).toBe(true);
  await aWhile();
  return later().map(({ content }) => content.split('\n')[0] ?? '');
}

/** Lets the answer of a process wait until it is let go on. */
function hesitate(rival: Rival): { goOn(): void; begun: Promise<void> } {
  const [begun, pause] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  rival.answer = async (responder) => {
    await responder.acknowledge('public');
    const view = await responder.openAnswer({ text: 'Thinking…' });
    begun.resolve();
    await pause.promise;
    await view.finish('a long answer', { text: 'receipt' });
  };
  return { goOn: pause.resolve, begun: begun.promise };
}

describe('two bot processes at the gateway', () => {
  it('connect one of them alone, and a mention is answered once', async () => {
    const [first, second] = [fleet.onDiscord('first'), fleet.onDiscord('second')];
    await hold(first);
    await hold(second);
    await joined(first);
    expect(await answersTo('Who is there?')).toEqual(['answered by first']);
    expect(connected(first, second)).toEqual([true, false]);
    expect(fleet.discord.gateway.counts.connections).toBe(1);
    fleet.now += 10 * SECOND;
    await hold(first);
    fleet.now += 10 * SECOND;
    await hold(second);
    expect(connected(first, second)).toEqual([true, false]);
  });

  it('are ready, whether connected or standing by, but not before', async () => {
    const [first, second] = [fleet.onDiscord('first'), fleet.onDiscord('second')];
    await expect(first.lease.check()).rejects.toThrow('discord is not connected');
    await hold(first);
    await expect(first.lease.check()).rejects.toThrow('discord is not connected');
    await joined(first);
    await hold(second);
    await first.lease.check();
    await second.lease.check();
  });

  it('hand over at once when one is released, whose running answer is finished', async () => {
    const [first, second] = [fleet.onDiscord('first'), fleet.onDiscord('second')];
    const { goOn, begun } = hesitate(first);
    await hold(first);
    await hold(second);
    await joined(first);
    const { discord } = fleet;
    discord.member().say('Something long', { mention: true });
    await begun;
    await first.lease.release();
    expect(connected(first, second)).toEqual([false, false]);
    await hold(second);
    await joined(second);
    expect(await answersTo('Who is there?')).toEqual(['answered by second']);
    goOn();
    const texts = () =>
      discord
        .member()
        .sees(discord.home.channelId)
        .map(({ content }) => content);
    await expect.poll(texts).toContain('a long answer\n\nreceipt');
    expect(texts()).toHaveLength(4);
    await hold(first);
    expect(connected(first, second)).toEqual([false, true]);
  });

  it('hand over when the lease of one that is gone has lapsed, and not earlier', async () => {
    const [first, second] = [fleet.onDiscord('first'), fleet.onDiscord('second')];
    await hold(first);
    await joined(first);
    await first.connection.disconnect();
    fleet.now += 15 * SECOND - 1;
    await hold(second);
    await aWhile();
    expect(fleet.discord.gateway.counts.connections).toBe(1);
    fleet.now += 1;
    await hold(second);
    await joined(second);
    expect(await answersTo('Who is there?')).toEqual(['answered by second']);
  });

  it('are never both connected when one cannot reach the store, which stays for as long as it safely may', async () => {
    const [first, second] = [fleet.onDiscord('first'), fleet.onDiscord('second')];
    await hold(first);
    await hold(second);
    await joined(first);
    first.isCutOff = true;
    fleet.now += 4 * SECOND;
    await hold(first);
    fleet.now += 4 * SECOND;
    await hold(first);
    expect(connected(first)).toEqual([true]);
    await hold(second);
    fleet.now += 4 * SECOND;
    await hold(first);
    expect(connected(first, second)).toEqual([false, false]);
    fleet.now += 3 * SECOND;
    await hold(second);
    await joined(second);
    first.isCutOff = false;
    await hold(first);
    expect(connected(first, second)).toEqual([false, true]);
    expect(first.told).toContain('a lease could not be looked at');
  });

  it('leave early enough that a look which comes late is not too late', async () => {
    const first = fleet.onDiscord('first');
    await hold(first);
    await joined(first);
    first.isCutOff = true;
    fleet.now += 10 * SECOND;
    await hold(first);
    expect(connected(first)).toEqual([false]);
  });

  it('connect when a store that was down at the start answers', async () => {
    const first = fleet.onDiscord('first');
    first.isCutOff = true;
    await hold(first);
    await aWhile();
    expect(fleet.discord.gateway.counts.connections).toBe(0);
    first.isCutOff = false;
    await hold(first);
    await joined(first);
  });

  it('end without a fault when the store is down, and leave the lease to lapse', async () => {
    const [first, second] = [fleet.onDiscord('first'), fleet.onDiscord('second')];
    await hold(first);
    await joined(first);
    first.isCutOff = true;
    await first.lease.release();
    expect(connected(first)).toEqual([false]);
    await hold(second);
    expect(second.told).toContain('standing by: another process is connected, or may be');
    fleet.now += 15 * SECOND;
    await hold(second);
    await joined(second);
  });

  it('look after the lease by themselves from start to release', async () => {
    const [first, second] = [fleet.onDiscord('first'), fleet.onDiscord('second')];
    first.lease.start();
    await joined(first);
    second.lease.start();
    await expect.poll(() => second.told).toContain('standing by: another process is connected, or may be');
    await first.lease.release();
    fleet.allowIdentify();
    second.lease.nudge();
    await joined(second);
    await second.lease.release();
    expect(connected(first, second)).toEqual([false, false]);
  });
});

describe('a platform that refuses for good', () => {
  it('is told with the cure, on Discord', async () => {
    const first = fleet.onDiscord('first', 'a.wrong.token');
    await hold(first);
    await expect.poll(() => first.fatal.map(String)).toEqual([expect.stringMatching(/DISCORD_TOKEN.*4004/)]);
    await expect(first.lease.check()).rejects.toThrow('discord is not connected');
  });

  it('is told with the cure, on Slack', async () => {
    const first = fleet.onSlack('first', 'xapp-wrong');
    await hold(first);
    await expect.poll(() => first.fatal.map(String)).toEqual([expect.stringMatching(/invalid_auth.*SLACK_APP_TOKEN/)]);
  });

  it('is not what leaving in the middle of connecting is', async () => {
    const first = fleet.onDiscord('first');
    fleet.discord.gateway.settings.outage = 'cut';
    await hold(first);
    await fleet.discord.gateway.waitFor(({ counts }) => counts.refused > 0);
    await first.lease.release();
    await aWhile();
    expect(first.fatal).toEqual([]);
  });
});

describe('a platform that is set otherwise than the bot needs it', () => {
  it.each([
    {
      platform: 'Discord',
      start() {
        fleet.discord.setInteractionsUrl('https://elsewhere.example/interactions');
        return fleet.onDiscord('first');
      },
      cure: /elsewhere\.example.*Interactions Endpoint URL/,
    },
    {
      platform: 'Slack',
      start() {
        fleet.slack.settings.botToken = 'xoxb-never-installed';
        return fleet.onSlack('first');
      },
      cure: /invalid_auth/,
    },
  ])('is told in the log, and the process is not ready, though it is connected: $platform', async ({ start, cure }) => {
    const first = start();
    await hold(first);
    await joined(first);
    await expect.poll(() => first.told).toContain('connected, but not everything can work');
    await expect(first.lease.check()).rejects.toThrow(cure);
    expect(first.fatal).toEqual([]);
  });
});

describe('two bot processes in Socket Mode', () => {
  it('connect one of them alone, and hand over at once when it is released', async () => {
    const [first, second] = [fleet.onSlack('first'), fleet.onSlack('second')];
    await hold(first);
    await joined(first);
    await hold(second);
    await aWhile();
    expect(fleet.slack.sockets.connections).toHaveLength(1);
    const alice = fleet.slack.user('U0ALICE');
    const byFirst = alice.mention('Who is there?', { channel: 'C0GENERAL' });
    await byFirst.waitFor(({ text }) => text.includes('answered by first'));
    await first.lease.release();
    await hold(second);
    await joined(second);
    expect(fleet.slack.sockets.connections).toHaveLength(1);
    const bySecond = alice.mention('And now?', { channel: 'C0GENERAL' });
    await bySecond.waitFor(({ text }) => text.includes('answered by second'));
    expect(bySecond.messages()).toHaveLength(1);
  });

  it('do not take each other for those of another platform', async () => {
    const [first, second] = [fleet.onDiscord('first'), fleet.onSlack('second')];
    await hold(first);
    await hold(second);
    await joined(first);
    await joined(second);
  });
});
