import { Routes } from 'discord.js';
import { type APIApplicationCommand, ApplicationCommandOptionType as Option } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { startDiscord, startEndpoint, startRawEndpoint } from './world.ts';

const PLANS = [
  { name: 'Starter', value: 'starter' },
  { name: 'Pro', value: 'pro' },
];
const COMMANDS = [
  {
    name: 'ask',
    description: 'Ask',
    options: [{ name: 'prompt', description: 'What', type: Option.String, required: true }],
  },
  {
    name: 'subscribe',
    description: 'Buy',
    options: [{ name: 'plan', description: 'Which', type: Option.String, choices: PLANS }],
  },
  {
    name: 'topup',
    description: 'More',
    options: [{ name: 'packs', description: 'How many', type: Option.Integer, min_value: 1 }],
  },
  { name: 'secret', description: 'Here only', contexts: [0] },
];

describe('commands', () => {
  it('are overwritten as a whole, keep their ids, and can be read', async () => {
    const { sim, rest } = await startDiscord();
    const route = Routes.applicationCommands(sim.applicationId);
    const first = (await rest.put(route, { body: COMMANDS })) as APIApplicationCommand[];
    const second = (await rest.put(route, { body: COMMANDS.slice(0, 1) })) as APIApplicationCommand[];
    expect(first.map(({ name }) => name)).toEqual(['ask', 'subscribe', 'topup', 'secret']);
    expect(second).toMatchObject([{ id: first[0]?.id, name: 'ask', type: 1, application_id: sim.applicationId }]);
    expect(await rest.get(route)).toEqual(second);
    await expect(rest.get(Routes.applicationCommands('1'))).rejects.toMatchObject({ code: 20012 });
  });

  it('can be set for one guild', async () => {
    const { sim, rest } = await startDiscord();
    const route = Routes.applicationGuildCommands(sim.applicationId, sim.home.guildId);
    await rest.put(route, { body: COMMANDS });
    expect(await rest.get(route)).toHaveLength(4);
    expect(await rest.get(Routes.applicationCommands(sim.applicationId))).toEqual([]);
    const away = sim.guild({ botInstalled: false });
    const elsewhere = rest.get(Routes.applicationGuildCommands(sim.applicationId, away.id));
    await expect(elsewhere).rejects.toMatchObject({ code: 50001 });
  });

  it('are refused beyond their limits', async () => {
    const { sim, rest } = await startDiscord();
    const put = (body: unknown) => rest.put(Routes.applicationCommands(sim.applicationId), { body });
    const faults: [unknown, string][] = [
      [[{ name: 'Ask', description: 'x' }], '0.name'],
      [[{ name: 'two words', description: 'x' }], '0.name'],
      [[{ name: 'x'.repeat(33), description: 'x' }], '0.name'],
      [[{ name: 'ask' }], '0.description'],
      [[{ name: 'ask', description: 'x'.repeat(101) }], '0.description'],
      [[COMMANDS[0], COMMANDS[0]], '1'],
      [[{ ...COMMANDS[0], options: Array.from({ length: 26 }, () => COMMANDS[0]?.options?.[0]) }], '0.options'],
    ];
    for (const [body, path] of faults) {
      const refusal: unknown = await put(body).catch((error) => error);
      expect(refusal).toMatchObject({ code: 50035 });
      expect(refusal).toHaveProperty(`rawError.errors.${path}`);
    }
    const many = Array.from({ length: 101 }, (_, index) => ({ name: `c${index}`, description: 'x' }));
    await expect(put(many)).rejects.toMatchObject({ code: 50035 });
    await expect(put(many.slice(0, 100))).resolves.toHaveLength(100);
  });

  it('bind what a member can type, once there are any', async () => {
    const { sim, rest } = await startDiscord();
    await startEndpoint(sim, () => ({ type: 5 }));
    await rest.put(Routes.applicationCommands(sim.applicationId), { body: COMMANDS });
    const ada = sim.member();
    expect(() => ada.command('nothing')).toThrow('expected a registered command, got /nothing');
    expect(() => ada.command('ask')).toThrow('to be given prompt');
    expect(() => ada.command('ask', { prompt: 1 })).toThrow('of type String');
    expect(() => ada.command('ask', { prompt: 'x', other: 'y' })).toThrow('expected an option of /ask, got other');
    expect(() => ada.command('subscribe', { plan: 'gold' })).toThrow('one of starter, pro');
    expect(() => ada.command('topup', { packs: 0 })).toThrow('at least 1');
    expect(() => ada.command('secret', {}, { dm: true })).toThrow('expected a registered command');
    await expect(ada.command('secret').acknowledged).resolves.toBeDefined();
    await expect(ada.command('topup', { packs: 2 }).acknowledged).resolves.toBeDefined();
  });
});

describe('the app itself', () => {
  it('tells who it is', async () => {
    const { sim, rest } = await startDiscord({ applicationName: 'NeuralAPI' });
    expect(await rest.get(Routes.currentApplication())).toMatchObject({
      id: sim.applicationId,
      verify_key: sim.publicKey,
    });
    expect(await rest.get(Routes.user())).toMatchObject({ id: sim.applicationId, username: 'NeuralAPI', bot: true });
    sim.member('100', { name: 'Ada' });
    expect(await rest.get(Routes.user('100'))).toMatchObject({ global_name: 'Ada' });
    await expect(rest.get(Routes.user('101'))).rejects.toMatchObject({ code: 10013 });
  });

  it('tells what its owner has set', async () => {
    const { sim, rest } = await startDiscord();
    const told = () => rest.get(Routes.currentApplication());
    const asMade = {
      flags: 0,
      bot_public: true,
      bot_require_code_grant: false,
      integration_types_config: { 0: {}, 1: {} },
    };
    expect(await told()).toMatchObject(asMade);
    Object.assign(sim.applicationSettings, {
      flags: 1 << 19,
      integrationTypes: [0],
      botPublic: false,
      requiresCodeGrant: true,
    });
    const application = (await told()) as { integration_types_config: object };
    expect(application).toMatchObject({ flags: 1 << 19, bot_public: false, bot_require_code_grant: true });
    expect(application.integration_types_config).toEqual({ 0: {} });
    sim.reset();
    expect(await told()).toMatchObject(asMade);
  });

  it('takes an endpoint only when it answers the PING and refuses a wrong signature', async () => {
    const { sim, rest } = await startDiscord();
    let answers: number[] = [];
    const url = await startRawEndpoint(sim, (_req, res) => {
      res.writeHead(answers.shift() ?? 500, { 'content-type': 'application/json' }).end('{"type":1}');
    });
    sim.setInteractionsUrl(null);
    const set = (to: string | null) =>
      rest.patch(Routes.currentApplication(), { body: { interactions_endpoint_url: to } });
    for (const unfit of [[200, 200], [401, 401], [500]]) {
      answers = unfit;
      await expect(set(url)).rejects.toMatchObject({ code: 50035 });
    }
    expect(await rest.get(Routes.currentApplication())).toMatchObject({ interactions_endpoint_url: null });
    answers = [200, 401];
    expect(await set(url)).toMatchObject({ interactions_endpoint_url: url });
    expect(await set(null)).toMatchObject({ interactions_endpoint_url: null });
  });
});
