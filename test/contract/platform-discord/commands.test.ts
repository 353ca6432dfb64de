import { describe, expect, it } from 'vitest';
import { createDiscordApi } from '../../../src/platform/discord/api.ts';
import { commandBodies, registerCommands } from '../../../src/platform/discord/commands.ts';
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
});
