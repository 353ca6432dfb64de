import { type APIInteraction, REST, Routes } from 'discord.js';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChatApp } from '../../../src/core/chat/chat.ts';
import { createDiscordApi } from '../../../src/platform/discord/api.ts';
import { toPlatformError } from '../../../src/platform/discord/errors.ts';
import { createReceive } from '../../../src/platform/discord/receive.ts';
import type { FirstResponse } from '../../../src/platform/discord/responder.ts';
import { createDiscordSimulator } from '../../../src/sandbox/discord/simulator.ts';
import { startHttpServer } from '../../../src/sandbox/http-server.ts';
import { type Note, seen, specs } from './bench.ts';

/** Interactions answered by Discord's callback instead of the response body, as a gateway does. */
async function startByCallback(command: ChatApp['command'], before: (answer: () => Promise<void>) => Promise<void>) {
  const sim = await createDiscordSimulator({ rateLimits: 'off' });
  const options = { applicationId: sim.applicationId, token: sim.token, apiUrl: `${sim.url}/api` };
  const api = createDiscordApi(options);
  const rest = new REST({ api: options.apiUrl, version: '10', retries: 0 });
  const notes: Note[] = [];
  const noteAs = (level: string) => (facts: object, text: string) => void notes.push({ level, facts, text });
  const receive = createReceive({
    api,
    applicationId: sim.applicationId,
    chat: { commands: specs, command, action: async () => {}, submit: async () => {} },
    clock: Date.now,
    log: { debug: noteAs('debug'), info: noteAs('info'), warn: noteAs('warn'), error: noteAs('error') },
    ackDeadlineMs: 2_000,
    editIntervalMs: 20,
  });
  const app = express();
  app.post('/', express.json(), async (request, response) => {
    response.status(202).end();
    const interaction: APIInteraction = request.body;
    const { id, token } = interaction;
    const respond: FirstResponse = async (body) => {
      try {
        await rest.post(Routes.interactionCallback(id, token), { body, auth: false });
      } catch (error) {
        throw toPlatformError(error);
      }
    };
    await before(() => respond({ type: 5, data: {} }));
    await receive(interaction, respond);
  });
  const server = await startHttpServer(app);
  sim.setInteractionsUrl(server.url);
  await rest.setToken(sim.token).put(Routes.applicationCommands(sim.applicationId), {
    body: specs.map(({ name, description }) => ({ name, description })),
  });
  onTestFinished(async () => {
    api.close();
    rest.clearHandlerSweeper();
    rest.clearHashSweeper();
    await sim.close();
    await server.close();
  });
  return { sim, notes };
}

describe('interactions answered by callback', () => {
  it('are answered by the same code', async () => {
    const { sim } = await startByCallback(
      async (_, __, ___, responder) => {
        await responder.reply({ text: 'one' });
        await responder.reply({ text: 'two' });
      },
      async () => {},
    );
    const turn = sim.member().command('topup');
    const messages = await seen(turn, (all) => all.length === 2);
    expect(messages).toMatchObject([
      { content: 'one', ephemeral: true },
      { content: 'two', ephemeral: true },
    ]);
  });

  it('are answered all the same when another response was there first', async () => {
    const { sim, notes } = await startByCallback(
      async (_, __, ___, responder) => {
        await responder.acknowledge('public');
        await responder.reply({ text: 'still here' });
      },
      (answer) => answer(),
    );
    const turn = sim.member().command('topup');
    await seen(turn, (all) => all.some(({ content }) => content === 'still here'));
    expect(notes).toMatchObject([{ level: 'warn', facts: { code: 40060 } }]);
  });

  it('are answered by DM when the interaction is gone', async () => {
    const { sim, notes } = await startByCallback(
      async (_, __, ___, responder) => responder.reply({ text: 'late but here' }),
      async () => {},
    );
    sim.faults.next({ route: 'post /interactions/:interactionId/:token/callback', status: 404, code: 10062 });
    sim.faults.next({
      route: 'patch /webhooks/:applicationId/:token/messages/:messageId',
      status: 404,
      code: 10015,
      times: 4,
    });
    const member = sim.member();
    member.command('topup');
    const [dm] = await sim.waitForDms(member.id, (dms) => dms.length === 1);
    expect(dm?.content).toBe('late but here');
    expect(notes).toMatchObject([{ level: 'warn', facts: { code: 10062 } }, { level: 'info' }]);
  });
});
