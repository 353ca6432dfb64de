import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageHandle } from '../../src/core/chat/chat.ts';
import type { SeenMessage } from '../../src/sandbox/slack/shown.ts';
import { createSlackStage, type SlackStage } from './platform-slack-stage.ts';

const GENERAL = 'C0GENERAL';
const STOP = { label: 'Stop', action: 'stop:1', style: 'danger' } as const;

let stage: SlackStage;
beforeEach(async () => {
  stage = await createSlackStage();
});
afterEach(() => stage.close());

const user = () => stage.slack.user('U0ALICE', { name: 'alice' });
const labels = (message: SeenMessage) => message.buttons.map((button) => button.text);
const markdownOf = (message: SeenMessage) =>
  message.blocks.map((block) => (block.type === 'markdown' && 'text' in block ? String(block.text) : '')).join('');

describe('a command', () => {
  it('becomes a turn of the member in the workspace, with the text as its first option', async () => {
    const asked = user().command('/ask', '  is 1 &lt; 2 &amp;&amp; 3?', { channel: GENERAL });
    expect((await asked.acknowledged).status).toBe(200);
    expect(stage.turns).toMatchObject([
      {
        name: 'ask',
        options: { prompt: 'is 1 < 2 && 3?' },
        turn: {
          by: { platform: 'slack', workspace: 'T0SIMTEAM', user: 'U0ALICE' },
          isPrivatePlace: false,
          space: 'T0SIMTEAM',
          channels: [GENERAL],
        },
      },
    ]);
    expect(stage.turns[0]?.turn.cause).toMatch(/.+/);
  });

  it('belongs to the organisation when the workspace is part of one', async () => {
    stage.slack.team('T0SIMTEAM', { enterpriseId: 'E0ORG' });
    await user().command('/ask', 'hi', { channel: GENERAL }).acknowledged;
    expect(stage.turns[0]?.turn).toMatchObject({ by: { workspace: 'E0ORG' }, space: 'T0SIMTEAM' });
  });

  it('hands over whole numbers as numbers, and leaves the rest for the command to judge', async () => {
    for (const text of ['3', 'three', '']) await user().command('/topup', text, { channel: GENERAL }).acknowledged;
    expect(stage.turns.map((turn) => turn.options)).toEqual([{ packs: 3 }, { packs: 'three' }, {}]);
  });

  it('is private in the conversation with the bot, and not in that of two people', async () => {
    const alice = user();
    stage.slack.store.directChannel(alice.id);
    stage.slack.store.channels.set('D0PEOPLE', {
      id: 'D0PEOPLE',
      teamId: 'T0SIMTEAM',
      name: 'directmessage',
      kind: 'im',
      members: new Set(['U0ALICE', 'U0BOB']),
      botMember: false,
      archived: false,
    });
    const places = ['D0PEOPLE', undefined, 'D0PEOPLE'];
    for (const channel of places) await alice.command('/ask', 'hi', channel ? { channel } : {}).acknowledged;
    expect(stage.turns.map((turn) => turn.turn.isPrivatePlace)).toEqual([false, true, false]);
  });

  it('that this app does not have is answered to the member alone', async () => {
    const asked = user().command('/unknown', '', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.ephemeral);
    expect(seen.text).toContain('not known');
    expect(stage.turns).toEqual([]);
  });

  it('carries the prefix of the operator', async () => {
    await stage.close();
    stage = await createSlackStage({ commandPrefix: 'ai-' });
    stage.script.run = (_turn, responder) =>
      responder.reply({ text: 'See /help, or `/ask <prompt>`; not https://x.test/help, /helpful or and/ask.' });
    const asked = user().command('/ai-help', '', { channel: GENERAL });
    const told = 'See /ai-help, or `/ai-ask <prompt>`; not https://x.test/help, /helpful or and/ask.';
    await asked.waitFor(({ text }) => text === told);
    expect(stage.turns.map((turn) => turn.name)).toEqual(['help']);
    const notice = { id: 'n1', reply: { text: 'You can change it with /ask.' } };
    await stage.platform.messenger.direct(
      { platform: 'slack', workspace: 'T0SIMTEAM', user: 'U0ALICE' },
      notice,
      false,
    );
    expect(stage.slack.dms('U0ALICE').map(({ text }) => text)).toEqual(['You can change it with /ai-ask.']);
  });

  it('is acknowledged in time when the app has not answered yet', async () => {
    await stage.close();
    stage = await createSlackStage({ ackDeadlineMs: 20 });
    let release = () => {};
    stage.script.run = async (_turn, responder) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await responder.acknowledge('public');
      await responder.reply({ text: 'late but public' });
    };
    const asked = user().command('/help', '', { channel: GENERAL });
    expect(await asked.acknowledged).toMatchObject({ status: 200, body: '' });
    release();
    const seen = await asked.waitFor((message) => message.text.includes('late'));
    expect(seen.ephemeral).toBe(false);
  });

  it('is acknowledged when the app fails', async () => {
    await stage.close();
    stage = await createSlackStage({ ackDeadlineMs: 60_000 });
    stage.script.run = async () => {
      throw new Error('a bug');
    };
    expect((await user().command('/help', '', { channel: GENERAL }).acknowledged).status).toBe(200);
    expect(stage.logs).toContainEqual(expect.objectContaining({ level: 'error' }));
  });
});

describe('a reply', () => {
  it('is seen by the member alone unless it was acknowledged as public', async () => {
    const asked = user().command('/help', '', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text === 'done');
    expect(seen).toMatchObject({ ephemeral: true, channel: GENERAL });
  });

  it('in the conversation with the bot is a message of the bot', async () => {
    const asked = user().command('/help');
    const seen = await asked.waitFor((message) => message.text === 'done');
    expect(seen).toMatchObject({ ephemeral: false, direct: true });
  });

  it('to everyone names who asked what', async () => {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      await responder.reply({ text: 'the answer' });
    };
    const asked = user().command('/ask', 'why &lt;!channel&gt;?', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text.includes('the answer'));
    expect(seen).toMatchObject({ ephemeral: false, everPinged: [] });
    expect(seen.text.split('\n')[0]).toBe('alice: /ask why <!channel>?');
  });

  it('after the first one, or after an answer, is for the member alone', async () => {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: 'Thinking…' });
      await view.finish('the answer', { text: 'its receipt' });
      await responder.reply({ text: 'money talk' });
    };
    const asked = user().command('/ask', 'why?', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text.includes('money talk'));
    expect(seen).toMatchObject({ ephemeral: true, channel: GENERAL });
    expect(seen.text).not.toContain('/ask');
  });

  it('has buttons, whose presses come back as the same action', async () => {
    const action = 'sub:a&b<c>%26:42';
    stage.script.run = (_turn, responder) =>
      responder.reply({
        text: 'choose',
        buttons: [
          { label: 'Go', action, style: 'primary' },
          { label: 'Pay', url: 'https://pay.test/x' },
        ],
      });
    const alice = user();
    const seen = await alice.command('/help', '', { channel: GENERAL }).waitFor((message) => message.text === 'choose');
    expect(labels(seen)).toEqual(['Go', 'Pay']);
    for (const button of seen.buttons) {
      expect((await alice.click(seen, button.actionId).acknowledged).status).toBe(200);
    }
    expect(stage.turns.map((turn) => turn.name)).toEqual(['help', action]);
    expect(stage.turns[1]?.turn.by).toEqual(stage.turns[0]?.turn.by);
  });

  it('to a press leaves the pressed message as it was', async () => {
    const alice = user();
    stage.script.run = (turn, responder) =>
      responder.reply({ text: `for ${turn.cause}`, buttons: [{ label: 'Receipt', action: 'receipt:1' }] });
    const seen = await alice.command('/help', '', { channel: GENERAL }).waitFor(() => true);
    const receipt = await alice.click(seen, 'tallybot:receipt:1').waitFor((message) => message.ts !== seen.ts);
    expect(receipt.ephemeral).toBe(true);
    expect(seen.message.history).toHaveLength(1);
  });

  it('longer than one message goes on in the next one, whole', async () => {
    const text = Array.from({ length: 4_000 }, (_, line) => `line ${line}`).join('\n');
    stage.script.run = (_turn, responder) => responder.reply({ text });
    const asked = user().command('/help', '', { channel: GENERAL });
    await asked.waitFor((message) => message.text.endsWith('line 3999'));
    expect(asked.messages().map(markdownOf).join('\n') === text).toBe(true);
    expect(asked.messages().length).toBeGreaterThan(1);
  });

  it('more replies than a response_url takes go on in direct messages', async () => {
    stage.script.run = async (_turn, responder) => {
      for (let count = 1; count <= 7; count += 1) await responder.reply({ text: `reply ${count}` });
    };
    const asked = user().command('/help', '', { channel: GENERAL });
    await asked.waitFor((message) => message.text === 'reply 7');
    const seen = asked.messages().map((message) => [message.text, message.direct]);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7].map((count) => [`reply ${count}`, count > 5]));
  });

  it('is tried again when Slack is busy, and pings nobody', async () => {
    await stage.close();
    stage = await createSlackStage({ haste: 20 });
    stage.slack.faults.next({ method: 'response_url', status: 503 });
    stage.script.run = (_turn, responder) =>
      responder.reply({ text: '<!everyone> `<@U0BOB>` <!subteam^S0X> &lt;!here>' });
    const asked = user().command('/help', '', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text.includes('everyone'));
    expect(seen.everPinged).toEqual([]);
    expect(seen.message.text).not.toMatch(/<[!@#]/);
    expect(seen.text).not.toMatch(/(<|&lt;)[!@#]/);
  });
});

it('opens no link and links no name of what the bot posts', async () => {
  await stage.slack.user('U0ALICE').command('/help').acknowledged;
  await stage.platform.close();
  const posts = stage.slack.store.requests.filter((request) => request.method === 'chat.postMessage');
  expect(posts).toHaveLength(1);
  expect(posts[0]?.args).toMatchObject({
    unfurl_links: 'false',
    unfurl_media: 'false',
    parse: 'none',
    link_names: 'false',
  });
});

describe('an answer in a conversation that the bot is in', () => {
  it('is posted, updated and finished, with Stop only while it streams', async () => {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: 'Thinking…', buttons: [STOP] });
      view.show('first');
      await new Promise((resolve) => setTimeout(resolve, 30));
      view.show('first second');
      await new Promise((resolve) => setTimeout(resolve, 30));
      await view.finish('first second third', { text: '12 tokens', buttons: [{ label: 'Receipt', action: 'r:1' }] });
    };
    const asked = user().command('/ask', 'count', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text.includes('12 tokens'));
    expect(seen.message.history.map((version) => findLabels(version.blocks))).toEqual([
      ['Stop'],
      ['Stop'],
      ['Stop'],
      ['Receipt'],
    ]);
    expect(seen.history.map((version) => version.text.split('\n').slice(1).join('|'))).toEqual([
      'Thinking…',
      'first',
      'first second',
      'first second third|12 tokens',
    ]);
    expect(asked.messages()).toHaveLength(1);
  });

  it('shows the latest text only, and the whole one at the end, when updates come faster than the pace', async () => {
    await stage.close();
    stage = await createSlackStage({ editIntervalMs: 10_000 });
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: '…' });
      for (let count = 0; count < 200; count += 1) view.show('x'.repeat(count + 1));
      await view.finish('x'.repeat(200), { text: 'end' });
    };
    const asked = user().command('/ask', 'x', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text.includes('end'));
    expect(seen.text).toContain(`${'x'.repeat(200)}\nend`);
    expect(seen.history.length).toBeLessThanOrEqual(3);
  });

  it('longer than a message goes on in further ones, with buttons under the last one only', async () => {
    const text = Array.from({ length: 5_000 }, (_, line) => `line ${line}`).join('\n');
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: '…', buttons: [STOP] });
      for (let end = 0; end <= text.length; end += 9_000) {
        view.show(text.slice(0, end));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await view.finish(text, { text: 'receipt', buttons: [{ label: 'Receipt', action: 'r:1' }] });
    };
    const asked = user().command('/ask', 'much', { channel: GENERAL });
    await asked.waitFor((message) => message.text.includes('receipt'));
    await stage.platform.close();
    const seen = asked.messages();
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.map(labels)).toEqual([...seen.slice(1).map(() => []), ['Receipt']]);
    const whole = seen.map(markdownOf).join('\n');
    expect(whole === `${text}receipt`).toBe(true);
  });

  it('takes back messages that a shorter ending no longer needs', async () => {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: '…' });
      view.show('word '.repeat(5_000));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await view.finish('The model failed; nothing was charged.', { text: '0 tokens' });
    };
    const asked = user().command('/ask', 'x', { channel: GENERAL });
    await asked.waitFor((message) => message.text.includes('0 tokens'));
    await stage.platform.close();
    expect(asked.messages().filter((message) => !message.deleted)).toHaveLength(1);
  });

  it('ends whole although Slack limits, fails and loses the edits on the way', async () => {
    await stage.close();
    stage = await createSlackStage({ haste: 20 });
    stage.slack.faults.next({ method: 'chat.update', retryAfter: 0 });
    stage.slack.faults.next({ method: 'chat.update', status: 500 });
    stage.slack.faults.next({ method: 'chat.update', close: true });
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: '…' });
      view.show('half');
      await view.finish('half and whole', { text: 'end' });
    };
    const asked = user().command('/ask', 'x', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text.includes('half and whole'), 15_000);
    expect(seen.text).toContain('end');
  });

  it('stays below the edits that Slack allows a workspace in a minute, and ends whole', async () => {
    await stage.close();
    stage = await createSlackStage({ rateLimits: 'real', editIntervalMs: 1 });
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: '…' });
      for (let count = 1; count <= 400 && stage.logs.every((line) => !line.text.includes('failed')); count += 1) {
        view.show('x'.repeat(count));
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      await view.finish('whole', { text: 'end' });
    };
    const asked = user().command('/ask', 'x', { channel: GENERAL });
    await asked.waitFor((message) => message.text.includes('whole'), 15_000);
    const edits = stage.slack.store.requests.filter((request) => request.method === 'chat.update');
    expect(edits.map((request) => request.status)).toEqual(Array(41).fill(200));
  });

  it('goes to the member directly when the bot is removed on the way', async () => {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: '…' });
      stage.slack.channel(GENERAL, { private: true, botMember: false });
      await view.finish('kept', { text: 'end' });
    };
    const asked = user().command('/ask', 'x', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text.includes('kept'));
    expect(seen.direct).toBe(true);
  });

  it('is posted again where the workspace does not allow edits', async () => {
    stage.slack.faults.next({ method: 'chat.update', error: 'edit_window_closed' });
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: '…' });
      await view.finish('whole', { text: 'end' });
    };
    const asked = user().command('/ask', 'x', { channel: GENERAL });
    const seen = await asked.waitFor((message) => message.text.includes('whole'));
    expect(seen).toMatchObject({ channel: GENERAL, ephemeral: false });
  });

  it('can be closed by another process, which keeps what stands there and takes the buttons', async () => {
    let handle: MessageHandle | undefined;
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: '…', buttons: [STOP] });
      view.show('half of it');
      handle = JSON.parse(JSON.stringify(view.handle));
    };
    const asked = user().command('/ask', 'x', { channel: GENERAL });
    await asked.waitFor((message) => message.text.includes('half of it'));
    if (handle === undefined) throw new Error('no handle');
    await stage.platform.messenger.close(handle, 'Interrupted; charged 5.');
    const [seen] = asked.messages();
    expect(seen?.text).toContain('half of it\nInterrupted; charged 5.');
    expect(seen?.buttons).toEqual([]);
  });

  it('is closed below itself where the bot may not read', async () => {
    await stage.close();
    stage = await createSlackStage({ botToken: 'xoxb-narrow' });
    const scopes = ['commands', 'chat:write', 'im:write', 'im:history'];
    stage.slack.installApp('T0SIMTEAM', { token: 'xoxb-narrow', scopes });
    let handle: MessageHandle | undefined;
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      handle = (await responder.openAnswer({ text: 'begun' })).handle;
    };
    const asked = user().command('/ask', 'x', { channel: GENERAL });
    await asked.waitFor((message) => message.text.includes('begun'));
    await stage.platform.close();
    if (handle === undefined) throw new Error('no handle');
    await stage.platform.messenger.close(handle, 'Interrupted.');
    expect(asked.messages().map((message) => message.text.split('\n').at(-1))).toEqual(['begun', 'Interrupted.']);
  });
});

function findLabels(blocks: readonly unknown[]): string[] {
  return JSON.stringify(blocks)
    .split('"type":"button"')
    .slice(1)
    .map((part) => /"text":"([^"]*)"/.exec(part)?.[1] ?? '');
}
