import { AuthenticationError } from 'openai';
import { describe, expect, it } from 'vitest';
import { createClient, startOpenAi } from './client.ts';

describe('models', () => {
  it('lists the models it was given', async () => {
    const model = { id: 'mine', contextWindow: 10, maxOutputTokens: 5, created: 7, shutdownDate: '2027-01-01' };
    const { client } = await startOpenAi({ models: [model] });
    const ids = (await client.models.list()).data;
    expect(ids).toEqual([{ id: 'mine', object: 'model', created: 7, owned_by: 'system', shutdown_date: '2027-01-01' }]);
  });

  it('retrieves one model, and refuses an unknown one with 404', async () => {
    const { client } = await startOpenAi();
    expect((await client.models.retrieve('gpt-5.4-mini')).id).toBe('gpt-5.4-mini');
    await expect(client.models.retrieve('gpt-0')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });
});

describe('the door', () => {
  it('refuses a missing key and a wrong key with 401', async () => {
    const { sim, client } = await startOpenAi({ apiKey: 'sk-right' });
    await expect(client.models.list()).rejects.toBeInstanceOf(AuthenticationError);
    await expect(client.models.list()).rejects.toMatchObject({ code: 'invalid_api_key' });
    expect((await fetch(`${sim.url}/v1/models`)).status).toBe(401);
    await expect(createClient(sim.url, { apiKey: 'sk-right' }).models.list()).resolves.toBeDefined();
  });

  it('answers 400 to a body that is not JSON, and 501 to a route it does not have', async () => {
    const { sim, client } = await startOpenAi();
    const broken = await fetch(`${sim.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
      body: '{"model":',
    });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    await expect(client.responses.create({ model: 'gpt-5.4-mini', input: 'Hi' })).rejects.toMatchObject({
      status: 501,
      code: 'not_simulated',
    });
  });
});
