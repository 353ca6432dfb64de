import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { BadRequestError, NotFoundError } from 'openai';
import { describe, expect, it } from 'vitest';
import { prompt, startOpenAi } from './client.ts';

describe('a chat request without streaming', () => {
  it('answers the same prompt with the same text and usage that adds up', async () => {
    const { client } = await startOpenAi();
    const first = await client.chat.completions.create(prompt('What is a ledger?'));
    const second = await client.chat.completions.create(prompt('What is a ledger?'));
    const other = await client.chat.completions.create(prompt('What is a lease?'));
    const text = first.choices[0]?.message.content ?? '';
    expect(text).toContain('What is a ledger');
    expect(text).toMatch(/\n- /);
    expect(second.choices[0]?.message.content).toBe(text);
    expect(other.choices[0]?.message.content).not.toBe(text);
    expect(first.choices[0]?.finish_reason).toBe('stop');
    expect(first.usage?.completion_tokens).toBe(countTokens(text));
    expect(first.usage?.prompt_tokens).toBe(countTokens('What is a ledger?') + 7);
    expect(first.usage?.total_tokens).toBe((first.usage?.prompt_tokens ?? 0) + (first.usage?.completion_tokens ?? 0));
  });

  it('shows a fenced code block when the prompt speaks of code', async () => {
    const { client } = await startOpenAi();
    const answer = await client.chat.completions.create(prompt('Write a function that adds numbers'));
    expect(answer.choices[0]?.message.content).toMatch(/```ts\n[\s\S]+\n```/);
  });

  it('keeps the output bound to the token, and says so', async () => {
    const { client } = await startOpenAi();
    for (const bound of [{ max_completion_tokens: 10 }, { max_tokens: 10 }]) {
      const answer = await client.chat.completions.create({ ...prompt('[[length:500]] Tell me'), ...bound });
      expect(answer.usage?.completion_tokens).toBe(10);
      expect(answer.choices[0]?.finish_reason).toBe('length');
      expect(countTokens(answer.choices[0]?.message.content ?? '')).toBe(10);
    }
  });

  it('counts reasoning into the bound, leaving no visible text when it fills it', async () => {
    const { client } = await startOpenAi();
    const ask = prompt('[[think:120]][[length:50]] Think hard');
    const roomy = await client.chat.completions.create({ ...ask, max_completion_tokens: 1_000 });
    expect(roomy.usage?.completion_tokens).toBe(170);
    expect(roomy.usage?.completion_tokens_details?.reasoning_tokens).toBe(120);
    const tight = await client.chat.completions.create({ ...ask, max_completion_tokens: 100 });
    expect(tight.usage?.completion_tokens).toBe(100);
    expect(tight.usage?.completion_tokens_details?.reasoning_tokens).toBe(100);
    expect(tight.choices[0]?.message.content).toBe('');
    expect(tight.choices[0]?.finish_reason).toBe('length');
    const exact = await client.chat.completions.create({ ...ask, max_completion_tokens: 170 });
    expect(exact.choices[0]?.finish_reason).toBe('stop');
  });

  it('reasons by the effort asked for when the prompt names no number', async () => {
    const { client } = await startOpenAi();
    const calm = await client.chat.completions.create({ ...prompt('Hi'), reasoning_effort: 'none' });
    const keen = await client.chat.completions.create({ ...prompt('Hi'), reasoning_effort: 'high' });
    expect(calm.usage?.completion_tokens_details?.reasoning_tokens).toBe(0);
    expect(keen.usage?.completion_tokens_details?.reasoning_tokens).toBe(448);
    expect(keen.choices[0]?.message.content).toBe(calm.choices[0]?.message.content);
  });

  it('repeats a text exactly, whatever is in it', async () => {
    const { client } = await startOpenAi();
    for (const text of ['@everyone <|endoftext|> 👩‍👩‍👧 ]x] 漢字', 'a'.repeat(5_000)]) {
      const answer = await client.chat.completions.create(prompt(`[[repeat:${text}]]`));
      expect(answer.choices[0]?.message.content).toBe(text);
    }
  });

  it('reports cached tokens, never more than the prompt has', async () => {
    const { client } = await startOpenAi();
    const answer = await client.chat.completions.create(prompt('[[cached:5]] one two three four five six'));
    expect(answer.usage?.prompt_tokens_details?.cached_tokens).toBe(5);
    const all = await client.chat.completions.create(prompt('[[cached:5000]] short'));
    expect(all.usage?.prompt_tokens_details?.cached_tokens).toBe(all.usage?.prompt_tokens);
  });

  it('reads directives from the last user message only, and leaves unknown brackets alone', async () => {
    const { client } = await startOpenAi();
    const answer = await client.chat.completions.create({
      model: 'gpt-5.4-mini',
      messages: [
        { role: 'system', content: '[[repeat:no]]' },
        { role: 'user', content: '[[repeat:neither]]' },
        { role: 'assistant', content: 'neither' },
        { role: 'user', content: [{ type: 'text', text: '[[repeat:see [[wiki]] ]]' }] },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain('see [[wiki');
    const plain = await client.chat.completions.create(prompt('What is [[wiki]] and [[think:soon]]?'));
    expect(plain.choices[0]?.message.content).toContain('What is wiki and think:soon');
  });
});

describe('counting', () => {
  it('takes a megabyte without a break', async () => {
    const { client } = await startOpenAi();
    for (const letter of ['a', '漢']) {
      const attempt = client.chat.completions.create({ ...prompt(letter.repeat(1_000_000)), max_completion_tokens: 5 });
      const outcome = await attempt.then(
        ({ usage }) => usage?.prompt_tokens ?? 0,
        ({ code }) => code,
      );
      if (letter === 'a') expect(outcome).toBeGreaterThan(100_000);
      else expect(outcome).toBe('context_length_exceeded');
    }
  });
});

describe('a chat request that cannot be served', () => {
  it('names an unknown model', async () => {
    const { client } = await startOpenAi();
    const attempt = client.chat.completions.create({ ...prompt('Hi'), model: 'gpt-0' });
    await expect(attempt).rejects.toBeInstanceOf(NotFoundError);
    await expect(attempt).rejects.toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
  });

  it('refuses a prompt beyond the context window, and a bound beyond the model', async () => {
    const small = { id: 'small', contextWindow: 100, maxOutputTokens: 50, created: 0, shutdownDate: null };
    const { client } = await startOpenAi({ models: [small] });
    const long = client.chat.completions.create({ ...prompt('word '.repeat(200)), model: 'small' });
    await expect(long).rejects.toBeInstanceOf(BadRequestError);
    await expect(long).rejects.toMatchObject({ code: 'context_length_exceeded', param: 'messages' });
    const wide = { ...prompt('word '.repeat(60)), model: 'small', max_completion_tokens: 50 };
    await expect(client.chat.completions.create(wide)).rejects.toMatchObject({ code: 'context_length_exceeded' });
    const greedy = { ...prompt('Hi'), model: 'small', max_completion_tokens: 51 };
    await expect(client.chat.completions.create(greedy)).rejects.toMatchObject({ code: 'invalid_value' });
  });

  it('names the field at fault in a malformed body', async () => {
    const { client } = await startOpenAi();
    const empty = client.chat.completions.create({ model: 'gpt-5.4-mini', messages: [] });
    await expect(empty).rejects.toMatchObject({ status: 400, param: 'messages', code: 'empty_array' });
    const none = client.chat.completions.create({ ...prompt('Hi'), max_completion_tokens: 0 });
    await expect(none).rejects.toMatchObject({ param: 'max_completion_tokens', code: 'integer_below_min_value' });
    const untyped: unknown = { model: 'gpt-5.4-mini' };
    const absent = client.post('/chat/completions', { body: untyped });
    await expect(absent).rejects.toMatchObject({ param: 'messages', code: 'missing_required_parameter' });
    await expect(client.post('/chat/completions', { body: {} })).rejects.toMatchObject({ status: 400 });
  });

  it('says loudly what it does not simulate', async () => {
    const { client } = await startOpenAi();
    await expect(client.chat.completions.create({ ...prompt('Hi'), n: 2 })).rejects.toMatchObject({
      status: 501,
      code: 'not_simulated',
    });
  });
});
