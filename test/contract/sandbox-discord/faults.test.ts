import { HTTPError, RateLimitError, Routes } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { startDiscord, startEndpoint } from './world.ts';

const CREATE = 'post /channels/:channelId/messages';

describe('rate limits', () => {
  it('let five messages in five seconds into a channel, and tell in headers what is left', async () => {
    let elapsed = 0;
    const { sim } = await startDiscord({ elapsed: () => elapsed, now: () => 1_700_000_000_000 });
    const send = (channelId = sim.home.channelId) =>
      fetch(`${sim.url}/api/v10/channels/${channelId}/messages`, {
        method: 'POST',
        headers: { authorization: `Bot ${sim.token}`, 'content-type': 'application/json' },
        body: '{"content":"hi"}',
      });
    const first = await send();
    expect(first.headers.get('x-ratelimit-limit')).toBe('5');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('4');
    expect(first.headers.get('x-ratelimit-reset')).toBe('1700000005.000');
    elapsed = 2_000;
    for (let count = 2; count <= 5; count += 1) expect((await send()).status).toBe(200);
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toEqual({ message: 'You are being rate limited.', retry_after: 3, global: false });
    expect(refused.headers.get('x-ratelimit-scope')).toBe('user');
    expect(refused.headers.get('retry-after')).toBe('3');
    expect((await send(sim.channel().id)).status).toBe(200);
    elapsed = 5_000;
    expect((await send()).status).toBe(200);
    sim.rateLimits.mode = 'off';
    for (let count = 1; count <= 9; count += 1) expect((await send()).status).toBe(200);
  });

  it('count the edits of each interaction token apart, as the client sees it', async () => {
    const { sim, rest } = await startDiscord({ elapsed: () => 0 }, { rejectOnRateLimit: () => true });
    await startEndpoint(sim, () => ({ type: 5 }));
    const [one, two] = [sim.member().command('ask'), sim.member().command('ask')];
    await Promise.all([one.acknowledged, two.acknowledged]);
    const edit = (token: string) =>
      rest.patch(Routes.webhookMessage(sim.applicationId, token), { body: { content: 'hi' }, auth: false });
    for (let count = 1; count <= 5; count += 1) await edit(one.record.token);
    await expect(edit(one.record.token)).rejects.toBeInstanceOf(RateLimitError);
    await edit(two.record.token);
  });

  it('let fifty calls in a second pass over all routes, interactions apart', async () => {
    const { sim } = await startDiscord({ elapsed: () => 0 });
    const headers = { authorization: `Bot ${sim.token}` };
    const paths = ['/users/@me', '/applications/@me'];
    const statuses: number[] = [];
    for (let count = 0; count < 51; count += 1) {
      const answer = await fetch(`${sim.url}/api/v10${paths[count % 2]}`, { headers });
      statuses.push(answer.status);
      if (answer.status === 429) expect(await answer.json()).toMatchObject({ global: true, retry_after: 1 });
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    const callback = await fetch(`${sim.url}/api/v10/interactions/1/x/callback`, { method: 'POST', body: '{}' });
    expect(callback.status).toBe(404);
  });
});

describe('faults', () => {
  it('meet the next calls of their route only', async () => {
    const { sim, rest } = await startDiscord();
    sim.faults.next({ route: CREATE, status: 503 });
    const send = () => rest.post(Routes.channelMessages(sim.home.channelId), { body: { content: 'hi' } });
    await expect(rest.get(Routes.user())).resolves.toBeDefined();
    await expect(send()).rejects.toBeInstanceOf(HTTPError);
    await expect(send()).resolves.toBeDefined();
    sim.faults.next({ route: CREATE, status: 403, code: 50007 });
    await expect(send()).rejects.toMatchObject({ code: 50007, status: 403 });
    expect(sim.store.calls.map(({ route, status }) => [route, status])).toEqual([
      ['get /users/@me', 200],
      [CREATE, 503],
      [CREATE, 200],
      [CREATE, 403],
    ]);
  });

  it('can lose the answer of a call that took effect', async () => {
    const { sim, rest } = await startDiscord();
    const send = () => rest.post(Routes.channelMessages(sim.home.channelId), { body: { content: 'hi' } });
    sim.faults.next({ route: CREATE, close: true, afterEffect: true });
    await expect(send()).rejects.toThrow();
    expect(sim.member().sees(sim.home.channelId)).toHaveLength(1);
    sim.faults.next({ route: CREATE, close: true });
    await expect(send()).rejects.toThrow();
    expect(sim.member().sees(sim.home.channelId)).toHaveLength(1);
  });

  it('can leave a call without answer until the client gives up', async () => {
    const { sim, rest } = await startDiscord({}, { timeout: 50 });
    sim.faults.next({ hang: true });
    await expect(rest.get(Routes.user())).rejects.toThrow('aborted');
  });

  it('can ask for patience, which the client raises as its own class', async () => {
    const { sim, rest } = await startDiscord({}, { rejectOnRateLimit: () => true });
    sim.faults.next({ route: 'get /users/@me', status: 429, retryAfter: 2 });
    const refusal: unknown = await rest.get(Routes.user()).catch((error) => error);
    expect(refusal).toBeInstanceOf(RateLimitError);
    expect(refusal).toMatchObject({ scope: 'shared', method: 'GET' });
  });

  it('can take the whole service down, and end with a reset', async () => {
    const { sim, rest } = await startDiscord();
    sim.member('100');
    sim.faults.outage({ status: 500 });
    await expect(rest.get(Routes.user())).rejects.toMatchObject({ status: 500 });
    await expect(rest.get(Routes.user())).rejects.toMatchObject({ status: 500 });
    sim.reset();
    await expect(rest.get(Routes.user())).resolves.toBeDefined();
    expect(sim.store.people.size).toBe(0);
    expect(await rest.get(Routes.channel(sim.home.channelId))).toMatchObject({ name: 'general' });
  });
});

describe('the door', () => {
  it('refuses a wrong token with 401', async () => {
    const { rest } = await startDiscord();
    rest.setToken('wrong');
    await expect(rest.get(Routes.user())).rejects.toMatchObject({ status: 401, code: 0 });
  });

  it('answers 501 to a route that it does not have', async () => {
    const { sim, rest } = await startDiscord();
    await expect(rest.get('/guilds/1')).rejects.toMatchObject({ status: 501 });
    expect((await fetch(`${sim.url}/api/v9/users/@me`)).status).toBe(501);
    expect(sim.store.calls.at(-1)).toMatchObject({ route: null, status: 501 });
  });

  it('answers 50109 to a body that is not JSON', async () => {
    const { sim } = await startDiscord();
    const answer = await fetch(`${sim.url}/api/v10/channels/${sim.home.channelId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${sim.token}`, 'content-type': 'application/json' },
      body: '{"content":',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 50109 });
  });
});
