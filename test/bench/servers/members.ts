import { createHmac, createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BENCH_TEAM } from '../gate/wallets-for-bench.ts';

/**
 * Members of Discord or Slack and the platform that they are on, in one process and so on one clock: they send signed
 * commands to the bot, and see when it answers.
 */
export interface MembersOrder {
  botUrl: string;
  platform: 'discord' | 'slack';
  members: number;
  /** The number of the first: who has asked before asks something new. */
  from: number;
  /** Milliseconds over which the members begin. */
  spreadMs: number;
  signingSecret: string;
  /** PKCS #8, PEM: what Discord signs with. */
  privateKey: string;
}

export interface MembersFigures {
  /** From the command to the bot's first answer to the platform. */
  acknowledgedMs: number[];
  /** From the command to the first words of the model's. */
  firstTextMs: number[];
  edits: number;
  seconds: number;
}

interface Member {
  sentAt: number;
  acknowledgedAt: number | null;
  firstTextAt: number | null;
  lastText: string;
  isDone(): void;
}

const WORDS = 'answer';
const RECEIPT = 'ask_';
/** No answer takes longer. */
const PATIENCE_MS = 45_000;
const agent = new Agent({ keepAlive: true, maxSockets: 2_000 });
const members = new Map<string, Member>();
let edits = 0;
let ts = 1_700_000_000;

/** What the bot has written for a member. */
function noteText(key: string, text: string): void {
  const member = members.get(key);
  if (member === undefined) return;
  edits += 1;
  member.lastText = text;
  if (member.firstTextAt === null && text.includes(WORDS)) member.firstTextAt = performance.now();
  if (text.includes(RECEIPT) && text.includes('tokens')) member.isDone();
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    const path = request.url ?? '';
    response.setHeader('content-type', 'application/json');
    if (path === '/run') {
      run(JSON.parse(body) as MembersOrder).then(
        (figures) => response.end(JSON.stringify(figures)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    } else if (path.startsWith('/slack/')) {
      const form = new URLSearchParams(body);
      const channel = form.get('channel') ?? '';
      noteText(channel, body);
      ts += 1;
      const ids = { team_id: BENCH_TEAM, user_id: 'U0BOT', bot_id: 'B0BOT' };
      response.end(JSON.stringify({ ok: true, channel, ts: form.get('ts') ?? `${ts}.000100`, ...ids }));
    } else {
      const token = /\/webhooks\/[^/]+\/([^/]+)/.exec(path)?.[1] ?? '';
      noteText(token, body);
      const text = JSON.parse(body === '' ? '{}' : body) as { content?: string };
      response.end(JSON.stringify({ id: '1', channel_id: '2', content: text.content ?? '', bot: {}, flags: 0 }));
    }
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});

async function run(order: MembersOrder): Promise<MembersFigures> {
  members.clear();
  edits = 0;
  const key = createPrivateKey(order.privateKey);
  const from = performance.now();
  const all = Array.from({ length: order.members }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, (order.spreadMs * index) / order.members));
    const done = Promise.withResolvers<void>();
    const n = order.from + index;
    const { id, path, headers, body } = order.platform === 'slack' ? slackCommand(order, n) : discordCommand(key, n);
    const member: Member = {
      sentAt: performance.now(),
      acknowledgedAt: null,
      firstTextAt: null,
      lastText: '',
      isDone: done.resolve,
    };
    members.set(id, member);
    await post(`${order.botUrl}${path}`, headers, body);
    member.acknowledgedAt ??= performance.now();
    const timer = setTimeout(
      () => done.reject(new Error(`expected an end, the last was: ${member.lastText}`)),
      PATIENCE_MS,
    );
    await done.promise;
    clearTimeout(timer);
    return member;
  });
  const done = await Promise.all(all);
  return {
    acknowledgedMs: done.map(({ sentAt, acknowledgedAt }) => (acknowledgedAt ?? Number.NaN) - sentAt),
    firstTextMs: done.map(({ sentAt, firstTextAt }) => (firstTextAt ?? Number.NaN) - sentAt),
    edits,
    seconds: (performance.now() - from) / 1_000,
  };
}

interface Command {
  id: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** Slack, "Verifying requests from Slack". */
function slackCommand({ signingSecret }: MembersOrder, n: number): Command {
  const channel = `C${n}`;
  const body = new URLSearchParams({
    command: '/ask',
    text: `Question ${n}`,
    team_id: BENCH_TEAM,
    channel_id: channel,
    channel_name: 'bench',
    user_id: `member-${n}`,
    trigger_id: randomUUID(),
    api_app_id: 'A0BENCH',
    response_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/response`,
  }).toString();
  const at = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', signingSecret).update(`v0:${at}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${signature}`,
  };
  return { id: channel, path: '/slack/events', headers, body };
}

/** Discord, "Setting Up an Endpoint", "Validating Security Request Headers". */
function discordCommand(key: KeyObject, n: number): Command {
  const token = `token-${n}-${randomUUID()}`;
  const body = JSON.stringify({
    id: String(10_000_000_000 + n),
    application_id: '100000000000000001',
    type: 2,
    token,
    version: 1,
    channel_id: '3',
    channel: { id: '3', type: 0 },
    guild_id: '4',
    context: 0,
    authorizing_integration_owners: { 0: '4' },
    attachment_size_limit: 10_485_760,
    app_permissions: '0',
    entitlements: [],
    locale: 'en-US',
    member: { user: { id: `member-${n}`, username: 'bench', discriminator: '0' }, roles: [], permissions: '0' },
    data: { id: '5', name: 'ask', type: 1, options: [{ type: 3, name: 'prompt', value: `Question ${n}` }] },
  });
  const at = String(Math.floor(Date.now() / 1_000));
  const signature = sign(null, Buffer.from(at + body), key).toString('hex');
  const headers = { 'content-type': 'application/json', 'x-signature-timestamp': at, 'x-signature-ed25519': signature };
  return { id: token, path: '/discord/interactions', headers, body };
}

function post(url: string, headers: Record<string, string>, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = send(url, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`expected 200, got ${response.statusCode}`));
      response.resume().once('end', resolve);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
