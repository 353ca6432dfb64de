/** A process that uses the gateway, leaves it in some state of its connection, and is to end by itself. */
import { createDiscordGateway } from '../../../src/platform/discord/discord-gateway.ts';
import { createDiscordSimulator } from '../../../src/sandbox/discord/simulator.ts';

const [, , state] = process.argv;
const sim = await createDiscordSimulator({ rateLimits: 'off' });
const nothing = () => {};
const platform = createDiscordGateway({
  applicationId: sim.applicationId,
  token: sim.token,
  apiUrl: `${sim.url}/api`,
  chat: {
    commands: [],
    command: async () => {},
    action: async (_, __, responder) => responder.reply({ text: 'ok' }),
    submit: async () => {},
  },
  clock: Date.now,
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  onFatal: nothing,
});
if (state === 'hanging') sim.gateway.settings.outage = 'hang';
const connecting = platform.connect();
if (state === 'connecting' || state === 'hanging') connecting.catch(nothing);
else await connecting;
if (state === 'reconnecting') {
  sim.gateway.disconnect({ code: null });
  await sim.gateway.waitFor(({ sessions }) => sessions[0]?.isConnected === false);
}
if (state === 'down') {
  sim.gateway.settings.outage = 'cut';
  sim.gateway.disconnect({ code: null });
  await sim.gateway.waitFor(({ counts }) => counts.refused === 1);
}
if (state === 'hanging') await sim.gateway.waitFor(({ counts }) => counts.refused === 1);
await platform.close();
await sim.close();
process.stdout.write('closed\n');
