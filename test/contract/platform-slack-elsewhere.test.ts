import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerView, MessageHandle, Responder } from '../../src/core/chat/chat.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import type { Interaction } from '../../src/sandbox/slack/interaction.ts';
import type { SeenMessage } from '../../src/sandbox/slack/shown.ts';
import { createSlackStage, type SlackStage } from './platform-slack-stage.ts';

const STOP = { label: 'Stop', action: 'stop:1', style: 'danger' } as const;
const LONG = Array.from({ length: 3_000 }, (_, line) => `line ${line}`).join('\n');

let stage: SlackStage;
let now: number;
beforeEach(async () => {
  now = Date.now();
  stage = await createSlackStage({ now: () => now, clock: () => now, haste: 100 });
  stage.slack.channel('C0FOREIGN', { botMember: false });
});
afterEach(() => stage.close());

const user = (dms: 'open' | 'closed' = 'open') => stage.slack.user('U0ALICE', { name: 'alice', dms });
const usesOfUrl = () => stage.slack.store.requests.filter((request) => request.method === 'response_url').length;
const markdownOf = (message: SeenMessage) =>
  message.blocks.map((block) => (block.type === 'markdown' && 'text' in block ? String(block.text) : '')).join('');

/** Runs an answer in a conversation that the bot is not in; the fault of its end, if it has one, is handed back. */
async function answer(
  options: { visibility: 'public' | 'private'; channel?: string; dms?: 'open' | 'closed' },
  write: (view: AnswerView, responder: Responder) => Promise<void>,
): Promise<{ asked: Interaction; fault: unknown }> {
  const { visibility, channel = 'C0FOREIGN', dms } = options;
  let fault: unknown = null;
  const ended = new Promise<void>((resolve) => {
    stage.script.run = async (_turn, responder) => {
      try {
        await responder.acknowledge(visibility);
        await write(await responder.openAnswer({ text: 'Thinking…', buttons: [STOP] }), responder);
      } catch (error) {
        fault = error;
      }
      resolve();
    };
  });
  const asked = user(dms).command('/ask', 'why', { channel });
  await asked.acknowledged;
  await ended;
  return { asked, fault };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('an answer where the bot is not in the conversation', () => {
  it('is a placeholder, three updates and the final text, in one message that everyone sees', async () => {
    const { asked } = await answer({ visibility: 'public' }, async (view) => {
      view.show('too early');
      await settle();
      for (let second = 1; second <= 60; second += 1) {
        now += SECOND;
        view.show(`second ${second}`);
        if (second % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      now += SECOND;
      await view.finish('the whole answer', { text: '9 tokens' });
    });
    const [seen, second] = asked.messages();
    expect(second).toBeUndefined();
    expect(seen).toMatchObject({ ephemeral: false, channel: 'C0FOREIGN', buttons: [] });
    expect(seen?.text).toBe('alice: /ask why\nthe whole answer\n9 tokens');
    expect(seen?.history[0]?.text).toContain('Thinking…');
    expect(usesOfUrl()).toBeLessThanOrEqual(5);
  });

  it('uses the response_url five times at most, however long it streams', async () => {
    const { asked } = await answer({ visibility: 'public' }, async (view) => {
      for (let step = 1; step <= 8; step += 1) {
        now += 5 * SECOND;
        view.show(`step ${step}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (usesOfUrl() === 4) break;
      }
      view.show('never shown on the way');
      await view.finish('whole', { text: 'end' });
    });
    expect(usesOfUrl()).toBe(5);
    expect(asked.messages()[0]?.history).toHaveLength(5);
    expect(asked.messages()[0]?.text).toContain('whole\nend');
  });

  it('keeps the last use of the response_url for the final text, whatever else is said meanwhile', async () => {
    const { asked } = await answer({ visibility: 'public' }, async (view, responder) => {
      for (const aside of ['one', 'two', 'three']) await responder.reply({ text: aside });
      now += 5 * SECOND;
      view.show('half');
      await settle();
      await view.finish('whole', { text: 'end' });
    });
    expect(asked.messages()[0]?.history.map((version) => version.text.split('\n')[1])).toEqual(['Thinking…', 'whole']);
    expect(asked.messages().some((message) => message.direct)).toBe(false);
  });

  it('is seen by the member alone when it was acknowledged as private', async () => {
    const { asked } = await answer({ visibility: 'private', channel: 'C0GENERAL' }, (view) =>
      view.finish('secret', { text: 'end' }),
    );
    expect(asked.messages()).toMatchObject([{ text: 'secret\nend', ephemeral: true }]);
  });

  it('goes on in direct messages when it is long, and nothing is lost', async () => {
    const { asked } = await answer({ visibility: 'public' }, (view) => view.finish(LONG, { text: 'end' }));
    const [first, ...rest] = asked.messages();
    expect(first?.text).toContain('goes on in your direct messages');
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.every((message) => message.direct)).toBe(true);
    const whole = asked.messages().map(markdownOf).join('\n');
    expect(whole === `${LONG}end`).toBe(true);
  });

  it('goes on by response_url when direct messages are closed', async () => {
    const { asked, fault } = await answer({ visibility: 'private', dms: 'closed' }, (view) =>
      view.finish(LONG, { text: 'end' }),
    );
    expect(fault).toBeNull();
    const whole = asked.messages().map(markdownOf).join('\n');
    expect(whole === `${LONG}end`).toBe(true);
  });

  it('says so when no way is left for the rest', async () => {
    const long = LONG.repeat(3);
    const { fault } = await answer({ visibility: 'private', dms: 'closed' }, (view) =>
      view.finish(long, { text: 'end' }),
    );
    expect(fault).toMatchObject({ name: 'PlatformError', fault: 'refused' });
  });

  it('ends in direct messages when the response_url has expired', async () => {
    const { asked } = await answer({ visibility: 'public' }, async (view) => {
      now += 31 * MINUTE;
      await view.finish('late', { text: 'end' });
    });
    const seen = asked.messages().find((message) => message.text.includes('late'));
    expect(seen?.direct).toBe(true);
  });

  it('ends whole when Slack loses the answer to the last update', async () => {
    stage.slack.faults.next({ method: 'chat.postMessage', error: 'not_in_channel' });
    const { asked } = await answer({ visibility: 'public' }, async (view) => {
      stage.slack.faults.next({ method: 'response_url', close: true });
      await view.finish('whole', { text: 'end' });
    });
    expect(asked.messages()[0]?.text).toContain('whole\nend');
  });

  it('after a reply does not replace that reply', async () => {
    stage.script.run = async (_turn, responder) => {
      await responder.reply({ text: 'wait' });
      const view = await responder.openAnswer({ text: 'Thinking…' });
      await view.finish('whole', { text: 'end' });
    };
    const asked = user().command('/ask', 'why', { channel: 'C0FOREIGN' });
    await asked.waitFor((message) => message.text.includes('whole'));
    expect(asked.messages().map((message) => message.text)).toEqual(['wait', 'whole\nend']);
  });

  it('is closed by another process below what stands there', async () => {
    let handle: MessageHandle | undefined;
    const { asked } = await answer({ visibility: 'private' }, async (view) => {
      handle = JSON.parse(JSON.stringify(view.handle));
    });
    if (handle === undefined) throw new Error('no handle');
    await stage.platform.messenger.close(handle, 'Interrupted.');
    expect(asked.messages().map((message) => message.text)).toEqual(['Thinking…', 'Interrupted.']);
    now += 31 * MINUTE;
    await stage.platform.messenger.close(handle, 'Interrupted again.');
    expect(stage.slack.dms('U0ALICE').map((message) => message.text)).toEqual(['Interrupted again.']);
  });

  it('in an archived channel, too, reaches the member', async () => {
    stage.slack.channel('C0OLD', { archived: true });
    const { asked } = await answer({ visibility: 'public', channel: 'C0OLD' }, (view) =>
      view.finish('whole', { text: 'end' }),
    );
    expect(asked.messages()[0]?.text).toContain('whole\nend');
  });
});

describe('an answer to a press', () => {
  it('never replaces the message with the button', async () => {
    stage.script.run = (_turn, responder) =>
      responder.reply({ text: 'menu', buttons: [{ label: 'Again', action: 'again' }] });
    const alice = user();
    const menu = await alice.command('/help', '', { channel: 'C0FOREIGN' }).waitFor((seen) => seen.text === 'menu');
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: 'Thinking…' });
      await view.finish('new answer', { text: 'end' });
    };
    const pressed = alice.click(menu, 'tallybot:again');
    const seen = await pressed.waitFor((message) => message.text.includes('new answer'));
    expect(seen.ts).not.toBe(menu.ts);
    expect(menu.message.history).toHaveLength(1);
  });
});
