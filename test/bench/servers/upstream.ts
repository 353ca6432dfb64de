import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The model and Dodo as plainly as they can be, in a process of their own: what is measured is who calls them. Every
 * server under test gets the same answers after the same delays.
 */
export interface UpstreamOrder {
  modelDelayMs: number;
  /** Between two pieces of a streamed answer; 0: all at once. */
  pieceDelayMs: number;
  dodoDelayMs: number;
  /** Pieces of an answer. */
  pieces: number;
  /** What every customer has, whatever was ingested: Dodo's meter runs once a minute. */
  balance: number;
}

/** What was asked of it. */
export interface UpstreamCounts {
  modelCalls: number;
  /** Tokens that the model wrote. */
  modelTokens: number;
  dodoCalls: number;
  /** Events taken, and the tokens in them. */
  events: number;
  tokens: number;
}

/** No delays, a short paragraph, tokens enough. */
const QUICK: UpstreamOrder = { modelDelayMs: 0, pieceDelayMs: 0, dodoDelayMs: 0, pieces: 20, balance: 1_000_000_000 };

/** Words that are a token each. */
const PIECE = ' answer';

const order: UpstreamOrder = { ...QUICK, ...JSON.parse(process.argv[2] ?? '{}') };
const counts: UpstreamCounts = { modelCalls: 0, modelTokens: 0, dodoCalls: 0, events: 0, tokens: 0 };

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

async function complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = JSON.parse(await bodyOf(request)) as { stream?: boolean; max_completion_tokens?: number };
  const pieces = Math.min(order.pieces, asked.max_completion_tokens ?? order.pieces);
  counts.modelCalls += 1;
  counts.modelTokens += pieces;
  const usage = { prompt_tokens: 20, completion_tokens: pieces, total_tokens: 20 + pieces };
  const facts = { id: 'chatcmpl-bench', created: 1_700_000_000, model: 'bench' };
  if (order.modelDelayMs > 0) await pause(order.modelDelayMs);
  if (asked.stream !== true) {
    const message = { role: 'assistant', content: PIECE.repeat(pieces), refusal: null };
    const choices = [{ index: 0, message, finish_reason: 'stop', logprobs: null }];
    json(response, { ...facts, object: 'chat.completion', choices, usage });
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  const chunk = (choices: unknown[], rest = {}) =>
    `data: ${JSON.stringify({ ...facts, object: 'chat.completion.chunk', choices, ...rest })}\n\n`;
  const piece = chunk([{ index: 0, delta: { content: PIECE }, finish_reason: null }]);
  const end = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]);
  const rest = `${end}${chunk([], { usage })}data: [DONE]\n\n`;
  if (order.pieceDelayMs === 0) {
    response.end(`${piece.repeat(pieces)}${rest}`);
    return;
  }
  for (let sent = 0; sent < pieces; sent += 1) {
    response.write(piece);
    await pause(order.pieceDelayMs);
  }
  response.end(rest);
}

async function dodo(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  counts.dodoCalls += 1;
  if (order.dodoDelayMs > 0) await pause(order.dodoDelayMs);
  if (path === '/events/ingest') {
    const { events } = JSON.parse(body) as { events: { metadata?: { tokens?: number } }[] };
    counts.events += events.length;
    for (const event of events) counts.tokens += Number(event.metadata?.tokens ?? 0);
    json(response, { ingested_count: events.length });
  } else if (/\/balances\/[^/]+$/.test(path)) {
    const now = new Date().toISOString();
    const ids = { id: 'cdb_1', credit_entitlement_id: 'cde_tokens', customer_id: path.split('/').at(-1) };
    json(response, { ...ids, balance: String(order.balance), overage: '0', created_at: now, updated_at: now });
  } else {
    json(response, { items: [] });
  }
}

const server = createServer((request, response) => {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const work =
    path === '/counts'
      ? Promise.resolve(json(response, counts))
      : path.startsWith('/v1/')
        ? complete(request, response)
        : path.startsWith('/slack/')
          ? Promise.resolve(json(response, { ok: true, team_id: 'T0BENCH', user_id: 'U0BOT', bot_id: 'B0BOT' }))
          : dodo(path, request, response);
  work.catch((error: unknown) => {
    response.statusCode = 500;
    response.end(String(error));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
