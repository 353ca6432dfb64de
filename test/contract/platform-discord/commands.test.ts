import { describe, expect, it } from 'vitest';
import { createDiscordApi } from '../../../src/platform/discord/api.ts';
import { commandBodies, compareCommands, registerCommands } from '../../../src/platform/discord/commands.ts';
import { specs, startBench } from './bench.ts';

describe('the registration of commands with Discord', () => {
  it('tells types, choices and limits, for every place', () => {
    const [ask, topup, subscribe] = commandBodies(specs);
    expect(ask).toEqual({
      type: 1,
      name: 'ask',
      description: 'Ask anything',
      contexts: [0, 1, 2],
      integration_types: [0, 1],
      options: [{ type: 3, name: 'prompt', description: 'What you want to know', required: true, max_length: 4000 }],
    });
    expect(topup).toMatchObject({
      options: [{ type: 4, name: 'packs', required: false, min_value: 1, max_value: 10 }],
    });
    expect(subscribe).toMatchObject({ options: [{ choices: [{ value: 'starter' }, { value: 'pro' }] }] });
  });

  it('overwrites what is there, and leaves alone what is right', async () => {
    const { sim } = await startBench();
    const api = createDiscordApi({ applicationId: sim.applicationId, token: sim.token, apiUrl: `${sim.url}/api` });
    expect(await registerCommands(api, [...specs].reverse())).toBe('unchanged');
    const fewer = specs.slice(0, 2);
    expect(await registerCommands(api, fewer)).toBe('registered');
    expect((await api.commands()).map(({ name }) => name).sort()).toEqual(['ask', 'topup']);
    const changed = fewer.map((spec) => ({ ...spec, description: `${spec.description}!` }));
    expect(await registerCommands(api, changed)).toBe('registered');
    expect(await registerCommands(api, changed)).toBe('unchanged');
    api.close();
  });

  it('sees what is not as it should be, and not what Discord adds', async () => {
    const { sim } = await startBench();
    const api = createDiscordApi({ applicationId: sim.applicationId, token: sim.token, apiUrl: `${sim.url}/api` });
    expect(await compareCommands(api, specs)).toEqual({ missing: [], different: [], foreign: [] });
    const [ask, topup, ...others] = sim.store.commands.get('global') ?? [];
    if (ask === undefined || topup === undefined) throw new Error('expected the commands of the bench');
    const added = { ...topup, nsfw: false, default_member_permissions: null, name_localizations: { de: 'laden' } };
    sim.store.commands.set('global', [{ ...ask, type: 3, description: '' }, added, ...others]);
    expect(await compareCommands(api, specs)).toEqual({ missing: ['ask'], different: [], foreign: ['ask'] });
    sim.store.commands.set('global', [ask, { ...topup, nsfw: true }, ...others]);
    expect(await compareCommands(api, specs)).toEqual({ missing: [], different: ['topup'], foreign: [] });
    api.close();
  });

  it('knows places and installs for all servers only', () => {
    const [everywhere] = commandBodies(specs);
    const [here] = commandBodies(specs, '1'.repeat(18));
    expect(Object.keys(everywhere ?? {})).toEqual(expect.arrayContaining(['contexts', 'integration_types']));
    expect(here).not.toHaveProperty('contexts');
    expect(here).not.toHaveProperty('integration_types');
  });
});
