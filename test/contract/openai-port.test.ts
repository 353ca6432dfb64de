import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Log } from '../../src/core/log.ts';
import { type ModelChunk, ModelError, type ModelRequest } from '../../src/core/model.ts';
import { createOpenAiModel } from '../../src/ports/openai/openai-model.ts';
import { startHttpServer } from '../../src/sandbox/http-server.ts';
import { createOpenAiSimulator } from '../../src/sandbox/openai/simulator.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const never = new AbortController().signal;

function request(content: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    askId: 'ask_1',
    model: 'gpt-5.4-mini',
    messages: [{ role: 'user', content }],
    maxOutputTokens: 500,
    safetyIdentifier: 'hash-of-account',
    ...more,
  };
}

async function startSimulator() {
  const sim = await createOpenAiSimulator({ apiKey: 'sk-right' });
  onTestFinished(() => sim.close());
  const model = createOpenAiModel({ apiKey: 'sk-right', baseUrl: `${sim.url}/v1`, idleTimeoutMs: 100, log: quiet });
  return { sim, model };
}

async function startServer(handler: RequestListener, timeouts: { timeoutMs?: number; idleTimeoutMs?: number } = {}) {
  const server = await startHttpServer(handler);
  onTestFinished(() => server.close());
  return createOpenAiModel({ apiKey: 'sk-right', baseUrl: `${server.url}/v1`, log: quiet, ...timeouts });
}

/** A server that streams these events and ends. */
function streaming(...events: unknown[]): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events)
      response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
    response.end();
  };
}

const says = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const ends = (finish_reason: string) => ({ choices: [{ index: 0, delta: {}, finish_reason }] });

async function collect(chunks: AsyncIterable<ModelChunk>): Promise<ModelChunk[]> {
  const all: ModelChunk[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

async function failureOf(chunks: AsyncIterable<ModelChunk>): Promise<ModelError> {
  const error = await collect(chunks).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ModelError) return error;
  throw new Error(`expected a ModelError, came ${String(error)}`);
}

const textOf = (chunks: ModelChunk[]) => chunks.map((chunk) => (chunk.kind === 'text' ? chunk.text : '')).join('');

describe('an answer of the model', () => {
  it('comes as text, then its end, then its usage', async () => {
    const { model } = await startSimulator();
    const chunks = await collect(model.stream(request('[[repeat:one two three]] [[think:50]] [[cached:3]]'), never));
    expect(textOf(chunks)).toBe('one two three');
    expect(chunks.slice(-2)).toEqual([
      { kind: 'end', reason: 'stop' },
      { kind: 'usage', usage: { inputTokens: expect.any(Number), cachedTokens: 3, outputTokens: 53 } },
    ]);
  });

  it('keeps together what came together', async () => {
    const events = [says('one '), says('two '), says('three'), ends('stop')];
    const model = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    });
    expect(await collect(model.stream(request('x'), never))).toEqual([
      { kind: 'text', text: 'one two three' },
      { kind: 'end', reason: 'stop' },
    ]);
  });

  it('is in pieces, for a bound to be looked at between them, when its server does not say that it streams', async () => {
    const events = [says('one '), says('two'), ends('stop')].map((event) => `data: ${JSON.stringify(event)}\n\n`);
    const model = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(`${events.join('')}data: [DONE]\n\n`);
    });
    expect(await collect(model.stream(request('x'), never))).toEqual([
      { kind: 'text', text: 'one ' },
      { kind: 'text', text: 'two' },
      { kind: 'end', reason: 'stop' },
    ]);
  });

  it('goes on behind pieces whose reason to end is empty', async () => {
    const model = await startServer(streaming(...['one ', 'two'].map(says), ends(''), says(', three'), ends('stop')));
    const chunks = await collect(model.stream(request('x'), never));
    expect(textOf(chunks)).toBe('one two, three');
    expect(chunks.at(-1)).toEqual({ kind: 'end', reason: 'stop' });
  });

  it('leaves its connection to the next', async () => {
    const sockets = new Set<unknown>();
    const answer = streaming(says('a'), ends('stop'), '[DONE]');
    const model = await startServer((incoming, response) => {
      sockets.add(incoming.socket);
      answer(incoming, response);
    });
    for (let ask = 0; ask < 10; ask += 1) {
      await collect(model.stream(request('x'), never));
      await pause(10);
    }
    // On a machine that is busy the end of a response may not have come within the pause.
    expect(sockets.size).toBeLessThan(10);
  });

  it('does not wait for a server that never ends its response, and hangs up', async () => {
    const hungUp = Promise.withResolvers<void>();
    const model = await startServer((_request, response) => {
      response.on('close', () => hungUp.resolve());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(ends('stop'))}\n\ndata: [DONE]\n\n`);
    });
    expect(await collect(model.stream(request('x'), never))).toEqual([{ kind: 'end', reason: 'stop' }]);
    await hungUp.promise;
  });

  it('is asked for with the bound, the safety identifier, usage and our id', async () => {
    const { sim, model } = await startSimulator();
    await collect(model.stream(request('[[repeat:hi]]', { maxOutputTokens: 321 }), never));
    expect(sim.store.requests[0]?.body).toMatchObject({
      model: 'gpt-5.4-mini',
      max_completion_tokens: 321,
      safety_identifier: 'hash-of-account',
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(sim.store.requests[0]?.headers['x-client-request-id']).toBe('ask_1');
  });

  it('says when the bound cut it', async () => {
    const { model } = await startSimulator();
    const chunks = await collect(model.stream(request('[[length:400]]', { maxOutputTokens: 40 }), never));
    expect(chunks.at(-2)).toEqual({ kind: 'end', reason: 'length' });
    expect(chunks.at(-1)).toMatchObject({ kind: 'usage', usage: { outputTokens: 40 } });
  });

  it('is whole without usage', async () => {
    const { model } = await startSimulator();
    const chunks = await collect(model.stream(request('[[repeat:hi]] [[no-usage]]'), never));
    expect(textOf(chunks)).toBe('hi');
    expect(chunks.at(-1)).toEqual({ kind: 'end', reason: 'stop' });
  });

  it('is whole when the connection breaks after its end', async () => {
    const model = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(says('hi'))}\n\ndata: ${JSON.stringify(ends('stop'))}\n\n`);
      setTimeout(() => response.destroy(), 20);
    });
    expect(await collect(model.stream(request('x'), never))).toEqual([
      { kind: 'text', text: 'hi' },
      { kind: 'end', reason: 'stop' },
    ]);
  });

  it('takes the last usage of a server that sends it with every chunk', async () => {
    const usage = (completion_tokens: number) => ({ usage: { prompt_tokens: 5, completion_tokens } });
    const model = await startServer(
      streaming({ ...says('a'), ...usage(1) }, { ...ends('stop'), ...usage(2) }, '[DONE]'),
    );
    const chunks = await collect(model.stream(request('x'), never));
    expect(chunks.filter((chunk) => chunk.kind === 'usage')).toEqual([
      { kind: 'usage', usage: { inputTokens: 5, cachedTokens: 0, outputTokens: 2 } },
    ]);
  });

  it.each([
    ['content_filter', 'filtered'],
    ['length', 'length'],
    ['tool_calls', 'stop'],
  ])('ends by %s as %s', async (finishReason, reason) => {
    const model = await startServer(streaming(says('a'), ends(finishReason), '[DONE]'));
    expect((await collect(model.stream(request('x'), never))).at(-1)).toEqual({ kind: 'end', reason });
  });

  it.each([
    { prompt_tokens: -1, completion_tokens: 2 },
    { prompt_tokens: 1.5, completion_tokens: 2 },
    { prompt_tokens: 1 },
    { prompt_tokens: '1', completion_tokens: 2 },
  ])('does without a usage that is not counts: %j', async (usage) => {
    const model = await startServer(streaming(says('a'), { ...ends('stop'), usage }, '[DONE]'));
    expect((await collect(model.stream(request('x'), never))).at(-1)).toEqual({ kind: 'end', reason: 'stop' });
  });
});

describe('a model that fails', () => {
  it.each([
    [400, 'refused'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'refused'],
    [413, 'too_long'],
    [422, 'refused'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('answers %i, which is %s, and is asked only once', async (status, fault) => {
    let asked = 0;
    const model = await startServer((_request, response) => {
      asked += 1;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'no', type: 'some_error', code: null } }));
    });
    expect(await failureOf(model.stream(request('x'), never))).toMatchObject({ fault, status });
    expect(asked).toBe(1);
  });

  it('is unauthorized with a wrong key, and no message shows the key', async () => {
    const { sim } = await startSimulator();
    const model = createOpenAiModel({ apiKey: 'sk-wrong-secret', baseUrl: `${sim.url}/v1`, log: quiet });
    const error = await failureOf(model.stream(request('x'), never));
    expect(error.fault).toBe('unauthorized');
    expect(() => createOpenAiModel({ apiKey: 'sk-secret\n', log: quiet })).toThrow(/OpenAI API key/);
    expect(() => createOpenAiModel({ apiKey: 'sk-secret\n', log: quiet })).not.toThrow(/sk-secret/);
  });

  it('takes no more than its window', async () => {
    const { model } = await startSimulator();
    const error = await failureOf(model.stream(request('word '.repeat(500_000)), never));
    expect(error).toMatchObject({ fault: 'too_long', status: 400 });
  });

  it('says in words that the input is too long', async () => {
    const model = await startServer((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"This model\'s maximum context length is 4096 tokens"}}');
    });
    expect((await failureOf(model.stream(request('x'), never))).fault).toBe('too_long');
  });

  it('is unavailable when its stream is cut', async () => {
    const { model } = await startSimulator();
    expect((await failureOf(model.stream(request('[[length:100]] [[cut:3]]'), never))).fault).toBe('unavailable');
  });

  it('is unavailable when its stream ends without saying why', async () => {
    const model = await startServer(streaming(says('half an ans')));
    expect(await failureOf(model.stream(request('x'), never))).toMatchObject({ fault: 'unavailable' });
  });

  it.each([
    [{ error: { message: 'slow down', code: 'rate_limit_exceeded' } }, 'rate_limited'],
    [{ error: { message: 'oops', type: 'server_error' } }, 'unavailable'],
    [{ error: { message: 'too much', code: 'context_length_exceeded' } }, 'too_long'],
    ['{not json', 'unavailable'],
  ])('breaks off inside the stream: %j is %s', async (event, fault) => {
    const model = await startServer(streaming(says('a'), event));
    const chunks: ModelChunk[] = [];
    const reading = (async () => {
      for await (const chunk of model.stream(request('x'), never)) chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ name: 'ModelError', fault });
    expect(textOf(chunks)).toBe('a');
  });

  it('breaks off at an event that is named an error', async () => {
    const model = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('event: error\ndata: {"code":"rate_limit_exceeded","message":"slow down"}\n\n');
    });
    expect((await failureOf(model.stream(request('x'), never))).fault).toBe('rate_limited');
  });

  it('is unavailable when it never begins to answer', async () => {
    const model = await startServer(() => {}, { timeoutMs: 50 });
    expect((await failureOf(model.stream(request('x'), never))).fault).toBe('unavailable');
  });

  it('is unavailable when it falls silent, and its socket is closed', async () => {
    let closed: (() => void) | undefined;
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const model = await startServer(
      (_request, response) => {
        response.on('close', () => closed?.());
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`data: ${JSON.stringify(says('a'))}\n\n`);
      },
      { idleTimeoutMs: 50 },
    );
    const error = await failureOf(model.stream(request('x'), never));
    expect(error).toMatchObject({ fault: 'unavailable', message: expect.stringContaining('50 ms') });
    await hungUp;
  });

  it('is not idle while its server keeps the connection alive', async () => {
    const model = await startServer(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        let beats = 0;
        const beat = setInterval(() => {
          beats += 1;
          if (beats < 8) return response.write(': still here\n\n');
          clearInterval(beat);
          return response.end(`data: ${JSON.stringify(ends('stop'))}\n\ndata: [DONE]\n\n`);
        }, 20);
      },
      { idleTimeoutMs: 120 },
    );
    expect(await collect(model.stream(request('x'), never))).toEqual([{ kind: 'end', reason: 'stop' }]);
  });

  it('is unavailable when nobody listens', async () => {
    const server = await startHttpServer(() => {});
    await server.close();
    const model = createOpenAiModel({ apiKey: 'sk', baseUrl: `${server.url}/v1`, log: quiet });
    const error = await failureOf(model.stream(request('x'), never));
    expect(error).toMatchObject({ fault: 'unavailable', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('follows no redirect', async () => {
    const model = await startServer((_request, response) => {
      response.writeHead(307, { location: 'http://127.0.0.1:9/v1/chat/completions' });
      response.end();
    });
    expect(await failureOf(model.stream(request('x'), never))).toMatchObject({ fault: 'unavailable', status: 307 });
  });
});

describe('an ask that is stopped', () => {
  it('ends at once with the reason it was stopped for, and the model stops generating', async () => {
    const { sim, model } = await startSimulator();
    const stop = new AbortController();
    const seen: ModelChunk[] = [];
    const reading = (async () => {
      for await (const chunk of model.stream(request('[[length:400]] [[stall:3]]'), stop.signal)) {
        seen.push(chunk);
        if (seen.length === 3) setImmediate(() => stop.abort(new Error('stopped by the member')));
      }
    })();
    await expect(reading).rejects.toThrow('stopped by the member');
    await expect.poll(() => sim.store.requests[0]?.outcome.aborted).toBe(true);
  });

  it('ends while it waits for the model to begin', async () => {
    const { sim, model } = await startSimulator();
    const stop = new AbortController();
    const reading = collect(model.stream(request('[[hang]]'), stop.signal));
    await expect.poll(() => sim.store.requests.length).toBe(1);
    stop.abort(new Error('stopped early'));
    await expect(reading).rejects.toThrow('stopped early');
  });

  it('is not sent at all when it was stopped before', async () => {
    const { sim, model } = await startSimulator();
    await expect(collect(model.stream(request('x'), AbortSignal.abort(new Error('too late'))))).rejects.toThrow(
      'too late',
    );
    expect(sim.store.requests).toHaveLength(0);
  });

  it('shows nothing that came before the stop but was not read yet', async () => {
    const both = { choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }] };
    const model = await startServer(streaming(both, '[DONE]'));
    const stop = new AbortController();
    const seen: ModelChunk[] = [];
    const reading = (async () => {
      for await (const chunk of model.stream(request('x'), stop.signal)) {
        seen.push(chunk);
        stop.abort(new Error('stopped'));
      }
    })();
    await expect(reading).rejects.toThrow('stopped');
    expect(seen).toEqual([{ kind: 'text', text: 'a' }]);
  });

  it('hangs up when the reader walks away', async () => {
    const { sim, model } = await startSimulator();
    for await (const chunk of model.stream(request('[[length:400]] [[delay:20]]'), never)) {
      if (chunk.kind === 'text') break;
    }
    await expect.poll(() => sim.store.requests[0]?.outcome.aborted).toBe(true);
  });
});
