import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  BadRequestError,
  InternalServerError,
  RateLimitError,
} from 'openai';
import { describe, expect, it } from 'vitest';
import { collect, createClient, prompt, startOpenAi } from './client.ts';

describe('faults asked for inside a prompt', () => {
  it('refuses with the status asked for, raised by the client as its own class', async () => {
    const { client } = await startOpenAi();
    const ask = (status: number) =>
      client.chat.completions.create({ ...prompt(`[[fail:${status}]] Hi`), stream: true });
    await expect(ask(500)).rejects.toBeInstanceOf(InternalServerError);
    await expect(ask(429)).rejects.toBeInstanceOf(RateLimitError);
    await expect(ask(400)).rejects.toBeInstanceOf(BadRequestError);
  });

  it('cuts the socket after so many chunks', async () => {
    const { client, sim } = await startOpenAi();
    const stream = await client.chat.completions.create({ ...prompt('[[cut:2]][[length:40]] Hi'), stream: true });
    let text = '';
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    })();
    await expect(reading).rejects.toThrow();
    expect(sim.store.requests[0]?.outcome).toMatchObject({ state: 'cut', aborted: false, completionTokens: 8, text });
  });

  it('sends an error inside the stream after so many chunks', async () => {
    const { client } = await startOpenAi();
    const stream = await client.chat.completions.create({ ...prompt('[[fail-after:2]] Hi'), stream: true });
    await expect(collect(stream)).rejects.toBeInstanceOf(APIError);
  });

  it('answers without visible text', async () => {
    const { client } = await startOpenAi();
    const { text, finishReason } = await collect(
      await client.chat.completions.create({ ...prompt('[[empty]][[think:12]] Hi'), stream: true }),
    );
    expect(text).toBe('');
    expect(finishReason).toBe('stop');
  });

  it('never answers, until the client gives up', async () => {
    const { sim } = await startOpenAi();
    const client = createClient(sim.url, { timeout: 50 });
    const attempt = client.chat.completions.create(prompt('[[hang]] Hi'));
    await expect(attempt).rejects.toBeInstanceOf(APIConnectionTimeoutError);
    await expect.poll(() => sim.store.requests[0]?.outcome.aborted).toBe(true);
    expect(sim.store.requests[0]?.outcome.state).toBe('hung');
  });

  it('falls silent in the middle of a stream with the socket open', async () => {
    const { client, sim } = await startOpenAi();
    const stream = await client.chat.completions.create({ ...prompt('[[stall:1]] Hi'), stream: true });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    expect((await reader.next()).value?.choices[0]?.delta.content).not.toBe('');
    await expect.poll(() => sim.store.requests[0]?.outcome.state).toBe('hung');
    stream.controller.abort();
  });

  it('waits before the first chunk', async () => {
    const { client, sim } = await startOpenAi();
    const controller = new AbortController();
    const attempt = client.chat.completions.create(prompt('[[wait:60000]] Hi'), { signal: controller.signal });
    await expect.poll(() => sim.store.requests.length).toBe(1);
    controller.abort();
    await expect(attempt).rejects.toThrow('aborted');
    await expect.poll(() => sim.store.requests[0]?.outcome).toMatchObject({ state: 'aborted', completionTokens: 0 });
  });
});

describe('faults switched on from outside', () => {
  it('meets the next requests only, so that a client that retries gets through', async () => {
    const { sim } = await startOpenAi();
    sim.faults.next({ fail: 429, times: 2 });
    const answer = await createClient(sim.url, { maxRetries: 2 }).chat.completions.create(prompt('Hi'));
    expect(answer.choices[0]?.message.content).not.toBe('');
    expect(sim.store.requests.map(({ outcome }) => outcome.status)).toEqual([429, 429, 200]);
  });

  it('wins over what the prompt asks for', async () => {
    const { client, sim } = await startOpenAi();
    sim.faults.next({ repeat: 'steered' });
    const answer = await client.chat.completions.create(prompt('[[repeat:asked]]'));
    expect(answer.choices[0]?.message.content).toBe('steered');
  });

  it('is out as a whole until it is switched back', async () => {
    const { client, sim } = await startOpenAi();
    sim.faults.outage(503);
    await expect(client.models.list()).rejects.toMatchObject({ status: 503 });
    sim.faults.outage('close');
    await expect(client.models.list()).rejects.toBeInstanceOf(APIConnectionError);
    sim.faults.outage('hang');
    const impatient = createClient(sim.url, { timeout: 50 });
    await expect(impatient.models.list()).rejects.toBeInstanceOf(APIConnectionTimeoutError);
    sim.faults.outage(null);
    await expect(client.models.list()).resolves.toBeDefined();
  });

  it('ends what hangs on reset', async () => {
    const { client, sim } = await startOpenAi();
    const attempt = client.chat.completions.create(prompt('[[hang]] Hi'));
    await expect.poll(() => sim.store.requests[0]?.outcome.state).toBe('hung');
    sim.reset();
    await expect(attempt).rejects.toBeInstanceOf(APIConnectionError);
  });

  it('forgets requests and faults on reset', async () => {
    const { client, sim } = await startOpenAi();
    sim.faults.next({ fail: 500 });
    sim.faults.outage(500);
    await expect(client.models.list()).rejects.toThrow();
    sim.reset();
    expect(sim.store.requests).toEqual([]);
    await expect(client.chat.completions.create(prompt('Hi'))).resolves.toBeDefined();
  });
});
