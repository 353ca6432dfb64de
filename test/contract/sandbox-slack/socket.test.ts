import { SocketModeReceiver } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackSimulator, type SlackSimulator } from '../../../src/sandbox/slack/simulator.ts';
import { clientOptions, createClient, createSocketApp, refusal, silent } from './bot.ts';

const CHANNEL = 'C0GENERAL';

let slack: SlackSimulator;
let clock: number;
let receivers: SocketModeReceiver[];
beforeEach(async () => {
  clock = 1_790_000_000_000;
  receivers = [];
  slack = await createSlackSimulator({
    now: () => clock,
    rateLimits: 'off',
    transport: 'socket',
  });
});
afterEach(async () => {
  for (const { client } of receivers) {
    client.removeAllListeners('slack_event');
    await client.disconnect();
  }
  await slack.close();
});

async function start() {
  const made = createSocketApp(slack);
  receivers.push(made.receiver);
  await made.receiver.start();
  return made;
}

/** A client that only listens: what arrives is acknowledged by the test. */
async function listen(clientPingTimeout = 50) {
  const receiver = new SocketModeReceiver({
    appToken: slack.settings.appToken,
    installerOptions: { clientOptions: clientOptions(slack) },
    logger: silent,
    clientPingTimeout,
  });
  receivers.push(receiver);
  const messages: { type: string; reason?: string; [fact: string]: unknown }[] = [];
  receiver.client.on('ws_message', (data: string) => messages.push(JSON.parse(data)));
  return { client: receiver.client, messages };
}

describe('apps.connections.open', () => {
  const open = (token: string) => refusal(createClient(slack, token).apps.connections.open());

  it('takes only the app-level token, with its scope, by POST and in the header', async () => {
    expect(await open('xapp-guessed')).toBe('invalid_auth');
    expect(await open(slack.settings.botToken)).toBe('not_allowed_token_type');
    const body = new URLSearchParams({ token: slack.settings.appToken });
    const inBody = await fetch(`${slack.url}/api/apps.connections.open`, { method: 'POST', body });
    expect(await inBody.json()).toEqual({ ok: false, error: 'not_authed' });
    const byGet = await fetch(`${slack.url}/api/apps.connections.open`);
    expect(await byGet.json()).toEqual({ ok: false, error: 'insecure_request' });
    slack.settings.appTokenScopes = [];
    expect(await open(slack.settings.appToken)).toBe('missing_scope');
  });

  it('gives an address that works once, and not for long', async () => {
    const { url = '' } = await createClient(slack, slack.settings.appToken).apps.connections.open();
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/link\/\?ticket=\w+&app_id=A0SIMULATOR$/);
    expect(await greeting(url)).toMatchObject({
      type: 'hello',
      num_connections: 1,
      debug_info: { host: 'applink-1' },
      connection_info: { app_id: 'A0SIMULATOR' },
    });
    expect(await greeting(url)).toBe('refused');
    const late = await createClient(slack, slack.settings.appToken).apps.connections.open();
    clock += 31_000;
    expect(await greeting(late.url ?? '')).toBe('refused');
    expect(await greeting(`${slack.url.replace('http', 'ws')}/elsewhere`)).toBe('refused');
  });

  it('allows ten connections; the next one is told so', async () => {
    const opened = await Promise.all(Array.from({ length: 11 }, () => slack.sockets.issueUrl()).map(connect));
    const greetings = await Promise.all(opened.map((socket) => socket.first));
    expect(greetings.filter((message) => message.type === 'hello')).toHaveLength(10);
    expect(greetings.find((message) => message.type === 'disconnect')).toMatchObject({ reason: 'too_many_websockets' });
    for (const { socket } of opened) socket.close();
  });
});

describe('an app on a socket', () => {
  it('takes commands, presses and events, and answers modals in the acknowledgement', async () => {
    const { app } = await start();
    app.command('/ask', ({ ack }) => ack({ response_type: 'ephemeral', text: 'heard' }));
    app.action('go', ({ ack, respond }) => Promise.all([ack(), respond('pressed')]).then(() => {}));
    app.view('form', ({ ack }) => ack({ response_action: 'errors', errors: { name: 'too short' } }));
    app.event('app_mention', async ({ say }) => {
      const button = { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } } as const;
      await say({ text: 'yes?', blocks: [{ type: 'actions', elements: [button] }] });
    });
    const ada = slack.user('U0ADA');
    const command = ada.command('/ask', 'a b', { channel: CHANNEL });
    expect(await command.waitFor((message) => message.text === 'heard')).toMatchObject({ ephemeral: true });
    expect(await command.acknowledged).toMatchObject({ ok: true });
    const mention = await ada.mention('hello', { channel: CHANNEL }).waitFor((message) => message.buttons.length > 0);
    await ada.click(mention, 'go').waitFor((message) => message.text === 'pressed');

    const trigger = ada.command('/ask', '', { channel: CHANNEL });
    await trigger.acknowledged;
    const view = {
      type: 'modal' as const,
      callback_id: 'form',
      title: { type: 'plain_text' as const, text: 'Form' },
      blocks: [],
    };
    const { trigger_id: triggerId } = JSON.parse(slack.store.deliveries.at(-1)?.body ?? '').payload;
    await createClient(slack).views.open({ trigger_id: triggerId, view });
    const shown = await trigger.waitForView();
    expect(await ada.submitView(shown).errors).toEqual({ name: 'too short' });
  });

  it('is sent envelopes as Slack makes them', async () => {
    await start();
    slack.events.subscriptions = ['message.im'];
    slack.settings.ackDeadlineMs = 100;
    const ada = slack.user('U0ADA');
    await ada.dm('hi').acknowledged;
    await ada.command('/ask', 'x').acknowledged;
    const envelopes = slack.store.deliveries.map((delivery) => JSON.parse(delivery.body));
    expect(envelopes).toMatchObject([
      {
        envelope_id: expect.any(String),
        type: 'events_api',
        accepts_response_payload: false,
        retry_attempt: 0,
        retry_reason: '',
        payload: { type: 'event_callback', event: { type: 'message', channel_type: 'im' } },
      },
      {
        type: 'slash_commands',
        accepts_response_payload: true,
        payload: { command: '/ask', text: 'x', user_id: 'U0ADA' },
      },
    ]);
    expect(envelopes[1]).not.toHaveProperty('retry_attempt');
  });

  it('shares the load among its connections', async () => {
    const apps = await Promise.all([start(), start(), start()]);
    for (const { app } of apps) app.command('/ask', ({ ack }) => ack());
    expect(slack.sockets.connections.map((connection) => connection.host)).toHaveLength(3);
    for (let count = 0; count < 6; count += 1) await slack.user('U0ADA').command('/ask').acknowledged;
    expect(slack.sockets.connections.map((connection) => connection.sent.length)).toEqual([2, 2, 2]);
  });

  it('that is not connected, or does not acknowledge, is told to people as a failure', async () => {
    expect(await slack.user('U0ADA').command('/ask').failure()).toBe('dispatch_failed');
    await start();
    slack.settings.ackDeadlineMs = 100;
    expect(await slack.user('U0ADA').command('/ask').failure()).toBe('operation_timeout');
  });

  it('is no longer reached over HTTP, and over HTTP again when that is chosen', async () => {
    const { app } = await start();
    app.command('/ask', ({ ack }) => ack());
    slack.transport = 'http';
    expect(await slack.user('U0ADA').command('/ask').failure()).toBe('dispatch_failed');
    slack.transport = 'socket';
    expect(await slack.user('U0ADA').command('/ask').failure()).toBeUndefined();
  });
});

describe('an event that is not acknowledged', () => {
  it('comes again over another connection, with its number, its reason and the same id', async () => {
    slack.events.subscriptions = ['message.im'];
    const deaf = await listen(5_000);
    await deaf.client.start();
    slack.settings.ackDeadlineMs = 100;
    await slack.user('U0ADA').dm('hi').acknowledged;
    expect(slack.events.pending()).toMatchObject([{ attempt: 1, reason: 'http_timeout' }]);
    await deaf.client.disconnect();
    slack.settings.ackDeadlineMs = 3_000;
    const { app } = await start();
    const heard: unknown[] = [];
    app.event('message', async ({ body, context }) => {
      heard.push([body.event_id, context.retryNum, context.retryReason]);
    });
    await slack.retryDue();
    const first = deaf.messages.find((message) => message.type === 'events_api');
    expect(first).toMatchObject({ retry_attempt: 0, payload: { event_id: expect.any(String) } });
    const { event_id: id } = { event_id: '', ...(first?.payload as object | undefined) };
    await expect.poll(() => heard).toEqual([[id, 1, 'timeout']]);
    expect(slack.events.pending()).toEqual([]);
  });

  it('comes again under another id when that is switched on', async () => {
    slack.events.subscriptions = ['message.im'];
    slack.events.retriesWithNewId = true;
    await slack.user('U0ADA').dm('hi').acknowledged;
    await slack.retryDue();
    const ids = slack.store.deliveries.map(({ body }) => JSON.parse(body).payload.event_id);
    expect(new Set(ids).size).toBe(2);
  });

  it('is lost with its connection, and comes again', async () => {
    slack.events.subscriptions = ['message.im'];
    const deaf = await listen();
    await deaf.client.start();
    const sent = slack.user('U0ADA').dm('hi');
    await expect.poll(() => deaf.messages.length).toBe(2);
    slack.sockets.drop();
    expect(await sent.acknowledged).toMatchObject({ ok: false, error: 'connection_failed' });
    expect(slack.events.pending()).toHaveLength(1);
  });
});

describe('a connection', () => {
  it.each(['warning', 'refresh_requested'] as const)(
    'is made anew by the client after a disconnect with %s',
    async (reason) => {
      const { app } = await start();
      app.command('/ask', ({ ack }) => ack());
      const [before] = slack.sockets.connections;
      slack.sockets.disconnect(reason);
      await expect.poll(() => slack.sockets.connections.map(({ host }) => host)).not.toEqual([before?.host]);
      await expect.poll(() => slack.sockets.connections.length).toBe(1);
      expect(await slack.user('U0ADA').command('/ask').failure()).toBeUndefined();
    },
  );

  it('is made anew by the client after it was cut', async () => {
    await start();
    slack.sockets.drop(slack.sockets.connections[0]);
    await expect.poll(() => slack.sockets.connections.map(({ host }) => host)).toEqual(['applink-2']);
  });

  it('is given up by the client when no ping is answered', async () => {
    const { receiver } = await start();
    const closed = new Promise((resolve) => receiver.client.once('reconnecting', resolve));
    slack.sockets.silent = true;
    await closed;
    slack.sockets.silent = false;
    await expect.poll(() => slack.sockets.connections.map(({ host }) => host)).toEqual(['applink-2']);
  });

  it('is not to be had while Socket Mode is switched off', async () => {
    const { messages, client } = await listen();
    await client.start();
    slack.sockets.disconnect('link_disabled');
    await expect.poll(() => messages.filter((message) => message.reason === 'link_disabled').length).toBeGreaterThan(1);
    expect(slack.sockets.connections).toEqual([]);
    slack.sockets.enabled = true;
    await expect.poll(() => slack.sockets.connections.length).toBe(1);
  });
});

interface Opened {
  socket: WebSocket;
  first: Promise<{ type?: string }>;
}

function connect(url: string): Opened {
  const socket = new WebSocket(url);
  const first = new Promise<{ type?: string }>((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))), { once: true });
    socket.addEventListener('error', () => reject(new Error('refused')), { once: true });
  });
  return { socket, first };
}

async function greeting(url: string): Promise<unknown> {
  const { socket, first } = connect(url);
  try {
    return await first;
  } catch {
    return 'refused';
  } finally {
    socket.close();
  }
}
