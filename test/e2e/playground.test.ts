import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPinoLog } from '../../src/ports/log/pino-log.ts';
import { until } from '../../src/sandbox/people/until.ts';
import { type Playground, startPlayground } from '../../src/sandbox/playground/playground.ts';
import type { Pane, PlaygroundState } from '../../src/sandbox/playground/state.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';

let folder: string;
let sandbox: Sandbox;
let playground: Playground;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallybot-test-'));
  sandbox = await startSandbox({
    folder,
    log: createPinoLog({ level: 'silent' }),
    overrides: { editIntervalMs: 20 },
    world: { rateLimits: 'off' },
  });
  playground = await startPlayground(sandbox, 0);
});

afterAll(async () => {
  await playground?.close();
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
});

async function post(path: string, body: unknown = {}): Promise<{ status: number; error: string }> {
  const response = await fetch(`${playground.url}/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, error: text === '' ? '' : String(JSON.parse(text).error ?? '') };
}

async function state(query = ''): Promise<PlaygroundState> {
  return (await fetch(`${playground.url}/api/state${query}`)).json() as Promise<PlaygroundState>;
}

async function newPerson(platform: string, name: string): Promise<{ key: string }> {
  const made = await fetch(`${playground.url}/api/people`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ platform, name }),
  });
  return made.json() as Promise<{ key: string }>;
}

/** Waits until the pane of a platform fits. @param query who is chosen in the panes */
async function pane(platform: 'discord' | 'slack', fits: (pane: Pane) => boolean, query = ''): Promise<Pane> {
  let latest = await state(query);
  const looking = setInterval(async () => {
    latest = await state(query);
  }, 20);
  try {
    return await until(
      () => {
        const found = latest.panes[platform];
        return found !== null && fits(found) ? found : undefined;
      },
      5_000,
      () => JSON.stringify(latest.panes[platform]?.lines),
    );
  } finally {
    clearInterval(looking);
  }
}

function messages({ lines }: Pane) {
  return lines.filter((line) => line.kind === 'message');
}

describe('the playground', () => {
  it('serves its page with everything that the page asks for, under a strict policy', async () => {
    const page = await fetch(playground.url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    const files = [...html.matchAll(/(?:href|src)="([\w.]+)"/g)].map(([, file]) => file);
    expect(files).toEqual(['playground.css', 'playground.js']);
    for (const file of [...files, 'render.js']) {
      expect([file, (await fetch(`${playground.url}/${file}`)).status]).toEqual([file, 200]);
    }
  });

  it.each(['discord', 'slack'] as const)('lets one ask, press buttons, pay and watch both books on %s', async (on) => {
    const key = (await state()).panes[on]?.person.key;
    expect(await post(`people/${key}/lines`, { text: '/ask Why?', place: 'channel' })).toMatchObject({
      status: 204,
    });
    const refused = await pane(on, (seen) => messages(seen).some((line) => line.buttons.length === 3));
    expect(refused.lines[0]).toMatchObject({ kind: 'deed', text: '/ask Why?', failure: null });
    const [refusal] = messages(refused);
    expect(refusal).toMatchObject({ place: 'private', text: expect.stringContaining('no tokens left') });

    const [button] = refusal?.buttons ?? [];
    await post(`people/${key}/presses`, { message: refusal?.id, action: button?.action });
    const offered = await pane(on, (seen) => messages(seen).some((line) => line.buttons[0]?.url));
    const url = messages(offered).flatMap((line) => line.buttons.flatMap((one) => one.url ?? []))[0] ?? '';
    const paid = await fetch(url, { method: 'POST', body: new URLSearchParams({ email: `${on}@example.com` }) });
    expect(paid.status).toBe(200);
    const told = await pane(on, (seen) => messages(seen).some((line) => line.place === 'dm'));
    expect(messages(told).at(-1)?.text).toContain('10,000,000 tokens were added');

    await post(`people/${key}/lines`, { text: '/ask Why?', place: 'channel' });
    await pane(on, (seen) => seen.bot.receipts === 1);
    expect(await post('meter')).toMatchObject({ status: 204 });
    const metered = await pane(on, (seen) => seen.dodo.deducted > 0 && seen.bot.unsettled === 0);
    expect(metered.bot.charged).toBe(metered.dodo.deducted);
    expect(metered.bot.balance).toBe(metered.dodo.balance);
  });

  it('shows what a member without a plan used in both books', async () => {
    const { key } = await newPerson('discord', 'Eli');
    await post(`people/${key}/lines`, { text: '/topup', place: 'dm' });
    const query = `?discord=${key}`;
    const offered = await pane('discord', (seen) => messages(seen).some((line) => line.buttons[0]?.url), query);
    const [url = ''] = messages(offered).flatMap((line) => line.buttons.flatMap((one) => one.url ?? []));
    await fetch(url, { method: 'POST', body: new URLSearchParams({ email: 'eli@example.com' }) });
    await pane('discord', (seen) => seen.bot.available === 5_000_000, query);
    await post(`people/${key}/lines`, { text: '/ask Why?', place: 'dm' });
    const taken = await pane('discord', (seen) => seen.bot.charged > 0 && seen.bot.unsettled === 0, query);
    expect(taken.dodo.deducted).toBe(taken.bot.charged);
  });

  it('takes what is no command for a message to the bot, in the channel or directly', async () => {
    const { key } = await newPerson('slack', 'Cleo');
    const told = async (place: string) => {
      expect(await post(`people/${key}/lines`, { text: 'Why?', place })).toMatchObject({ status: 204 });
    };
    await told('channel');
    await told('dm');
    // In the channel are answers to others, too.
    const own = (shown: Pane) => messages(shown).filter(({ place }) => place !== 'public');
    const seen = await pane('slack', (shown) => own(shown).length === 2, `?slack=${key}`);
    const deeds = seen.lines.filter((line) => line.kind === 'deed');
    expect(deeds.map(({ text, place }) => [text, place])).toEqual([
      ['@tallybot Why?', 'public'],
      ['Why?', 'dm'],
    ]);
    expect(
      own(seen)
        .map(({ place }) => place)
        .sort(),
    ).toEqual(['dm', 'private']);
  });

  it.each(['discord', 'slack'] as const)(
    'shows the form behind a button on %s, and sends it or puts it away',
    async (on) => {
      const { key } = await newPerson(on, 'Fay');
      const query = `?${on}=${key}`;
      await post(`people/${key}/lines`, { text: '/alerts', place: 'channel' });
      const shown = await pane(
        on,
        (seen) => messages(seen).some((line) => line.buttons[0]?.label === 'Change cap'),
        query,
      );
      const message = messages(shown).find((line) => line.buttons[0]?.label === 'Change cap');
      const press = () => post(`people/${key}/presses`, { message: message?.id, action: message?.buttons[0]?.action });
      expect(shown.form).toBeNull();
      await press();
      const { form } = await pane(on, (seen) => seen.form !== null, query);
      const label = 'Dollars a cycle, 0 to 50';
      const cap = { name: 'cap', label, placeholder: '', isRequired: true, maxLength: 20 };
      expect(form).toMatchObject({ title: 'Cap on overage', fields: [cap] });
      const refused = await post(`people/${key}/forms`, { cap: '' });
      expect(refused).toEqual({ status: 400, error: 'expected a text for cap, got none' });
      expect(await post(`people/${key}/forms`, { cap: 12 })).toMatchObject({ status: 400 });
      expect(await post(`people/${key}/forms`, { cap: '12' })).toMatchObject({ status: 204 });
      const noted = await pane(on, (seen) => messages(seen).some((line) => line.text.includes('cap: $12.00')), query);
      expect(noted.form).toBeNull();
      expect(noted.lines.findLast((line) => line.kind === 'deed')?.text).toBe('sends [Cap on overage]: 12');

      await press();
      await pane(on, (seen) => seen.form !== null, query);
      expect((await fetch(`${playground.url}/api/people/${key}/forms`, { method: 'DELETE' })).status).toBe(204);
      expect((await state(query)).panes[on]?.form).toBeNull();
      expect(await post(`people/${key}/forms`, { cap: '1' })).toEqual({ status: 400, error: 'There is no form open.' });
    },
  );

  it('takes a new person and shows them when they are chosen', async () => {
    const { key } = await newPerson('slack', 'Dora');
    expect((await state(`?slack=${key}`)).panes.slack?.person).toEqual({ key, name: 'Dora' });
    expect((await state()).panes.slack?.person.name).toBe('Ben');
  });

  it('moves the clock by days', async () => {
    const before = (await state()).now;
    await post('days', { days: 2 });
    expect((await state()).now - before).toBeGreaterThanOrEqual(2 * 86_400_000);
  });

  it('switches webhook faults on and off', async () => {
    await post('faults', { drop: true, duplicate: true });
    expect((await state()).faults).toMatchObject({ drop: true, duplicate: true, tamper: false });
    expect(sandbox.world.dodo.webhooks.faults).toMatchObject({ drop: true, duplicate: 1 });
    await post('faults', { drop: false, duplicate: false });
    expect(Object.values((await state()).faults)).not.toContain(true);
  });

  it.each([
    ['people/p1/lines', { text: 'hello', place: 'channel' }, 'Discord brings messages only by its gateway'],
    ['people/p1/lines', { text: '/9', place: 'channel' }, 'Type a command'],
    ['people/p1/lines', { text: '/nonsense', place: 'channel' }, 'no command /nonsense'],
    ['people/p1/lines', { text: '/topup many', place: 'channel' }, 'whole number'],
    ['people/p1/lines', { text: '/help', place: 'moon' }, 'expected place'],
    ['people/p1/presses', { message: '1', action: 'balance' }, 'expected a message'],
    ['people/nobody/lines', { text: '/help', place: 'dm' }, 'nobody'],
    ['people', { platform: 'irc', name: 'Eve' }, 'expected platform'],
    ['people', { platform: 'slack' }, 'expected name'],
    ['days', { days: 0 }, 'expected days'],
    ['faults', { explode: true }, 'explode'],
    ['faults', { drop: 'yes' }, 'expected drop'],
    ['faults', [], 'JSON object'],
    ['faults', '{"drop":', 'JSON'],
  ])('refuses %s %j with 400', async (path, body, why) => {
    expect(await post(path, body)).toEqual({ status: 400, error: expect.stringContaining(why) });
  });

  it('answers 404 where there is nothing', async () => {
    expect(await post('nothing')).toMatchObject({ status: 404 });
  });
});
