import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackStage, type SlackStage, type StageOptions } from './platform-slack-stage.ts';

const GENERAL = 'C0GENERAL';

let stage: SlackStage;
async function begin(options: StageOptions = {}): Promise<void> {
  stage = await createSlackStage({ transport: 'socket', haste: 20, ...options });
}
beforeEach(() => begin());
afterEach(() => stage.close());

const alice = () => stage.slack.user('U0ALICE', { name: 'alice' });
const hosts = () => stage.slack.sockets.connections.map((connection) => connection.host);
const connectedAnew = (host: string) =>
  expect.poll(() => [hosts(), stage.socket().isConnected()]).toEqual([[host], true]);
const openings = () =>
  stage.slack.store.requests.filter((request) => request.method === 'apps.connections.open').length;

/** An answer that stops in the middle until it is let go on. */
function writeInTwoHalves(): { goOn(): void } {
  let goOn = () => {};
  const pause = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  stage.script.run = async (_turn, responder) => {
    await responder.acknowledge('public');
    const view = await responder.openAnswer({ text: 'Thinking…', buttons: [{ label: 'Stop', action: 'stop:1' }] });
    view.show('first half');
    await pause;
    view.show('first half, second');
    await view.finish('first half, second half', { text: 'receipt' });
  };
  return { goOn: () => goOn() };
}

describe('by Socket Mode', () => {
  it('commands, their answers and presses go as over HTTP', async () => {
    stage.script.run = async (_turn, responder) => {
      await responder.acknowledge('public');
      const view = await responder.openAnswer({ text: 'Thinking…' });
      await view.finish('the answer', { text: 'end', buttons: [{ label: 'Receipt', action: 'receipt:1' }] });
    };
    const asked = alice().command('/ask', 'why &lt;x&gt;?', { channel: GENERAL });
    expect(await asked.acknowledged).toMatchObject({ ok: true, body: '' });
    const seen = await asked.waitFor((message) => message.text.includes('end'));
    expect(seen.text).toBe('alice: /ask why <x>?\nthe answer\nend');
    stage.script.run = (_turn, responder) => responder.reply({ text: '12 tokens' });
    const receipt = alice().click(seen, 'tallybot:receipt:1');
    expect(await receipt.waitFor((message) => message.text === '12 tokens')).toMatchObject({ ephemeral: true });
    expect(stage.turns.map(({ name, options }) => [name, options])).toEqual([
      ['ask', { prompt: 'why <x>?' }],
      ['receipt:1', {}],
    ]);
    expect(stage.turns[1]?.turn.by).toEqual(stage.turns[0]?.turn.by);
    expect(stage.slack.store.deliveries.every((delivery) => delivery.error === undefined)).toBe(true);
  });

  it('an unknown command is answered in the acknowledgement', async () => {
    const asked = alice().command('/unknown', '', { channel: GENERAL });
    expect((await asked.waitFor((message) => message.ephemeral)).text).toContain('not known');
  });

  it('is acknowledged in time when the app has not answered yet', async () => {
    await stage.close();
    await begin({ ackDeadlineMs: 20 });
    let release = () => {};
    stage.script.run = async (_turn, responder) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await responder.reply({ text: 'late' });
    };
    const asked = alice().command('/help', '', { channel: GENERAL });
    expect(await asked.failure()).toBeUndefined();
    release();
    await asked.waitFor((message) => message.text === 'late');
  });

  it('needs nothing at the route of HTTP, which is not there', async () => {
    const answer = await fetch(`${stage.bot.url}/slack/events`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(404);
  });

  it('what is no payload of Slack is acknowledged, so that it does not come again', async () => {
    stage.slack.events.subscriptions = ['message.im'];
    const nonsense = { type: 7 } as unknown as Parameters<typeof stage.slack.events.send>[2];
    expect(await stage.slack.events.send('T0SIMTEAM', 'message.im', nonsense)).toMatchObject({ ok: true });
    expect(stage.slack.events.pending()).toEqual([]);
    expect(stage.turns).toEqual([]);
  });
});

describe('a connection that Slack renews', () => {
  it.each(['refresh_requested', 'warning'] as const)(
    'in the middle of an answer (%s) changes nothing in it',
    async (reason) => {
      const writing = writeInTwoHalves();
      const asked = alice().mention('why?', { channel: GENERAL });
      await asked.waitFor((message) => message.text.includes('first half'));
      stage.slack.sockets.disconnect(reason);
      await connectedAnew('applink-2');
      writing.goOn();
      const seen = await asked.waitFor((message) => message.text.includes('receipt'));
      expect(seen.text).toBe('first half, second half\nreceipt');
      expect(asked.messages()).toHaveLength(1);
      expect(stage.turns).toHaveLength(1);
      expect(openings()).toBe(2);
    },
  );

  it('is opened again at once, so that the next command arrives', async () => {
    for (const host of ['applink-2', 'applink-3', 'applink-4']) {
      stage.slack.sockets.disconnect('refresh_requested');
      await connectedAnew(host);
      expect(await alice().command('/help', '', { channel: GENERAL }).failure()).toBeUndefined();
    }
    expect(stage.turns).toHaveLength(3);
  });
});

describe('a connection that is cut', () => {
  it('in the middle of an answer is opened again, and the answer is finished once', async () => {
    const writing = writeInTwoHalves();
    const asked = alice().mention('why?', { channel: GENERAL });
    await asked.waitFor((message) => message.text.includes('first half'));
    stage.slack.sockets.drop();
    await connectedAnew('applink-2');
    writing.goOn();
    expect((await asked.waitFor((message) => message.text.includes('receipt'))).text).toContain('second half');
    expect(asked.messages()).toHaveLength(1);
  });

  it('with the acknowledgement on the way makes one ask of what comes again over the next one', async () => {
    stage.slack.faults.deaf = true;
    await alice().mention('why?', { channel: GENERAL }).acknowledged;
    stage.slack.faults.deaf = false;
    stage.slack.sockets.drop();
    await connectedAnew('applink-2');
    expect(await stage.slack.retryDue()).toBeGreaterThan(0);
    expect(stage.slack.events.pending()).toEqual([]);
    expect(stage.turns).toHaveLength(1);
    const [connection] = stage.slack.sockets.connections;
    expect(connection?.sent.some((envelope) => envelope.retry_attempt === 1)).toBe(true);
  });

  it('before the acknowledgement of a command leaves the answer whole', async () => {
    await stage.close();
    await begin({ ackDeadlineMs: 60_000 });
    let release = () => {};
    stage.script.run = async (_turn, responder) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await responder.reply({ text: 'the answer' });
    };
    const asked = alice().command('/help', '', { channel: GENERAL });
    await expect.poll(() => stage.turns.length).toBe(1);
    stage.slack.sockets.drop();
    expect(await asked.failure()).toBe('dispatch_failed');
    release();
    await asked.waitFor((message) => message.text === 'the answer');
  });

  it('is opened again after an outage, an error and a rate limit of Slack', async () => {
    await stage.close();
    await begin({ haste: 200 });
    stage.slack.faults.next({ method: 'apps.connections.open', close: true });
    stage.slack.faults.next({ method: 'apps.connections.open', status: 503 });
    stage.slack.faults.next({ method: 'apps.connections.open', error: 'internal_error' });
    stage.slack.faults.next({ method: 'apps.connections.open', retryAfter: 10 });
    stage.slack.sockets.drop();
    await expect.poll(() => stage.socket().isConnected()).toBe(false);
    await expect(stage.platform.check()).rejects.toMatchObject({ fault: 'unavailable' });
    await connectedAnew('applink-2');
    expect(openings()).toBe(6);
    expect(stage.fatals).toEqual([]);
    await stage.platform.check();
    const pauses = stage.logs.flatMap(({ facts }) => ('pause' in facts ? [facts.pause] : []));
    expect(pauses).toEqual([0, 1_000, 2_000, 4_000, 10_000].toSorted((a, b) => a - b));
  });

  it('is one too many for the app, and is tried again until there is room', async () => {
    await stage.close();
    await begin({ haste: 200 });
    stage.slack.sockets.disconnect('too_many_websockets');
    await connectedAnew('applink-2');
    expect(stage.fatals).toEqual([]);
    expect(stage.logs).toContainEqual(expect.objectContaining({ facts: { reason: 'too_many_websockets', pause: 0 } }));
  });
});

describe('a connection that Slack refuses', () => {
  it.each([
    ['xapp-guessed', /\(invalid_auth\).*App-Level Tokens.*connections:write.*SLACK_APP_TOKEN/],
    ['xoxb-simulated', /\(not_allowed_token_type\).*xapp-/],
  ])('for the token %s ends with the cure', async (wrongAppToken, cure) => {
    await stage.close();
    await begin({ wrongAppToken });
    expect(stage.fatals.map((error) => error.message)).toEqual([expect.stringMatching(cure)]);
    expect(stage.socket().isConnected()).toBe(false);
    await expect(stage.platform.check()).rejects.toMatchObject({ fault: 'unavailable' });
    expect(openings()).toBe(1);
    expect(JSON.stringify([stage.logs, stage.fatals.map(String)])).not.toContain('guessed');
  });

  it('for a token without the scope ends with the cure', async () => {
    await stage.close();
    await begin({ appTokenScopes: ['authorizations:read'] });
    expect(stage.fatals.map(String)).toEqual([
      expect.stringMatching(/missing_scope.*lacks the scope connections:write/),
    ]);
  });

  it('for a reason that nobody knows yet ends with where to look', async () => {
    stage.slack.faults.next({ method: 'apps.connections.open', error: 'brand_new_refusal' });
    stage.slack.sockets.drop();
    await expect
      .poll(() => stage.fatals.map(String))
      .toEqual([expect.stringMatching(/brand_new_refusal.*api\.slack\.com/)]);
  });

  it('because Socket Mode was switched off ends with the switch to look for', async () => {
    stage.slack.sockets.disconnect('link_disabled');
    await expect
      .poll(() => stage.fatals.map(String))
      .toEqual([expect.stringMatching(/"Socket Mode".*SLACK_APP_TOKEN/)]);
    expect(hosts()).toEqual([]);
    expect(openings()).toBe(1);
  });
});

describe('the end', () => {
  it('waits for the turns under way, which are finished', async () => {
    const writing = writeInTwoHalves();
    const asked = alice().dm('why?');
    await asked.waitFor((message) => message.text.includes('first half'));
    const ended = stage.platform.close();
    await expect.poll(hosts).toEqual([]);
    expect(stage.socket().isConnected()).toBe(false);
    writing.goOn();
    await ended;
    expect(asked.messages()[0]?.text).toBe('first half, second half\nreceipt');
  });

  it('leaves no socket and no timer: the process ends by itself', async () => {
    const child = fileURLToPath(new URL('./platform-slack-socket-child.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [child], { timeout: 8_000 });
    expect(stdout).toBe('connected 2, asked 1, closed\n');
  });

  it('comes at once while a connection is being opened, or waited for', async () => {
    stage.slack.faults.next({ method: 'apps.connections.open', hang: true });
    stage.slack.sockets.drop();
    await expect.poll(openings).toBe(2);
    await stage.platform.close();
    await stage.close();

    await begin({ haste: 1 });
    stage.slack.faults.next({ method: 'apps.connections.open', error: 'internal_error', times: 3 });
    stage.slack.sockets.drop();
    await expect.poll(() => stage.logs.some(({ facts }) => 'pause' in facts && facts.pause === 1_000)).toBe(true);
    await stage.platform.close();
    expect(openings()).toBe(2);
  });

  it('can be followed by a new beginning', async () => {
    await stage.socket().disconnect();
    await expect.poll(hosts).toEqual([]);
    expect(stage.socket().isConnected()).toBe(false);
    await stage.socket().connect();
    await connectedAnew('applink-2');
    expect(await alice().command('/help', '', { channel: GENERAL }).failure()).toBeUndefined();
  });
});
