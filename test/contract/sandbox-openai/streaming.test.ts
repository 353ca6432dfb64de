import { describe, expect, it } from 'vitest';
import { collect, prompt, startOpenAi } from './client.ts';

const WITH_USAGE = { stream: true, stream_options: { include_usage: true } } as const;

describe('a streamed chat request', () => {
  it('streams the text that the same request gets in one piece', async () => {
    const { client } = await startOpenAi();
    const whole = await client.chat.completions.create(prompt('What is a lease? Show code.'));
    const streamed = await collect(
      await client.chat.completions.create({ ...prompt('What is a lease? Show code.'), ...WITH_USAGE }),
    );
    expect(streamed.text).toBe(whole.choices[0]?.message.content);
    expect(streamed.usage).toEqual(whole.usage);
    expect(streamed.finishReason).toBe('stop');
    expect(streamed.chunks.length).toBeGreaterThan(10);
  });

  it('ends with a chunk that has usage and no choices, when asked to', async () => {
    const { client } = await startOpenAi();
    const { chunks } = await collect(await client.chat.completions.create({ ...prompt('Hi'), ...WITH_USAGE }));
    expect(chunks.at(-1)?.choices).toEqual([]);
    expect(chunks.at(-1)?.usage?.completion_tokens).toBeGreaterThan(0);
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    const without = await collect(await client.chat.completions.create({ ...prompt('Hi'), stream: true }));
    expect(without.chunks.every((chunk) => chunk.usage === undefined)).toBe(true);
    const withheld = await collect(
      await client.chat.completions.create({ ...prompt('[[no-usage]] Hi'), ...WITH_USAGE }),
    );
    expect(withheld.usage).toBeNull();
  });

  it('sends as many tokens as asked, in chunks of the size asked', async () => {
    const { client, sim } = await startOpenAi();
    const { usage, chunks } = await collect(
      await client.chat.completions.create({ ...prompt('[[length:3000]][[chunk:100]] Go on'), ...WITH_USAGE }),
    );
    expect(usage?.completion_tokens).toBe(3_000);
    expect(chunks).toHaveLength(33);
    expect(sim.store.requests[0]?.outcome).toMatchObject({ state: 'complete', completionTokens: 3_000 });
  });

  it('stops generating when the client hangs up, and keeps what was generated until then', async () => {
    const { client, sim } = await startOpenAi({ chunkDelayMs: 5 });
    const stream = await client.chat.completions.create({
      ...prompt('[[length:5000]][[think:30]] Go on'),
      stream: true,
    });
    let seen = 0;
    for await (const chunk of stream) {
      seen += chunk.choices[0]?.delta.content ? 1 : 0;
      if (seen === 3) break;
    }
    await expect.poll(() => sim.store.requests[0]?.outcome.state).toBe('aborted');
    const outcome = sim.store.requests[0]?.outcome;
    expect(outcome?.aborted).toBe(true);
    expect(outcome?.completionTokens).toBeGreaterThanOrEqual(30 + 12);
    expect(outcome?.completionTokens).toBeLessThan(5_000);
    expect(outcome?.text).not.toBe('');
  });

  it('records what a client sent', async () => {
    const { client, sim } = await startOpenAi({ now: () => 1_700_000_000_000, newId: () => 'one' });
    const answer = await client.chat.completions.create({ ...prompt('Hi'), safety_identifier: 'hashed' });
    expect(answer.id).toBe('chatcmpl-one');
    expect(answer.created).toBe(1_700_000_000);
    expect(answer._request_id).toBe('req_one');
    expect(sim.store.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-test' },
      body: { safety_identifier: 'hashed' },
      outcome: { state: 'complete', status: 200 },
    });
  });
});
