import {
  type APIInteraction,
  type APIMessage,
  Events,
  GatewayDispatchEvents,
  type GatewayDispatchPayload,
  type GatewayMessageCreateDispatchData,
  Routes,
} from 'discord.js';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readAskedMessage } from '../../../src/platform/discord/asked-message.ts';
import { readInteraction, readOrigin } from '../../../src/platform/discord/inbound.ts';
import { compareShapes, loadRecorded, shapeOf } from '../../helpers/recorded.ts';
import { login, startGateway } from '../sandbox-discord/gateway-client.ts';

interface Forwarded {
  type: 'GATEWAY_MESSAGE_CREATE';
  data: GatewayMessageCreateDispatchData;
}

const BOT = '1457469483726668048';
/** The one that Discord made for it. */
const ROLE = '1457473602180878604';
const recorded = loadRecorded();
const payloads = recorded.status === 'ready' ? Object.entries(recorded.read('discord')) : [];
const presses = new Map(payloads.filter((entry): entry is [string, APIInteraction] => 'version' in Object(entry[1])));
const messages = new Map(
  payloads
    .filter((entry): entry is [string, Forwarded] => Object(entry[1]).type === 'GATEWAY_MESSAGE_CREATE')
    .map(([name, { data }]) => [name, data]),
);
const written = [...messages.values()].filter(({ author }) => author.bot !== true);
const ofBots = [...messages.values()].filter(({ author }) => author.bot === true);

/** Fields of a user that Discord's documentation does not have. */
const UNDOCUMENTED = ['clan', 'display_name_styles'];
const undocumentedOf = (...users: string[]) => users.flatMap((user) => UNDOCUMENTED.map((field) => `${user}.${field}`));

/** A bot at the simulated gateway, and every message as it was sent to it. */
async function listen() {
  const { sim } = await startGateway({ rateLimits: 'off' });
  const { client } = await login(sim);
  const heard: GatewayMessageCreateDispatchData[] = [];
  client.on(Events.Raw, (event: GatewayDispatchPayload) => {
    // discord.js goes on to change what it hands out here.
    if (event.t === GatewayDispatchEvents.MessageCreate) heard.push(structuredClone(event.d));
  });
  return { sim, heard, post: (body: object) => client.rest.post(Routes.channelMessages(sim.home.channelId), { body }) };
}

const BUTTONS = [{ type: 1, components: [{ type: 2, style: 1, label: 'Receipt', custom_id: 'receipt:1' }] }];

describe('Discord as it was recorded', () => {
  beforeEach(({ skip }) => {
    if (recorded.status === 'absent') skip(recorded.message);
  });

  it('sends what members write as the simulator does', async () => {
    const { sim, heard } = await listen();
    sim.member().say('Hey', { mention: true });
    await vi.waitFor(() => expect(heard).toHaveLength(1), 15_000);
    expect(compareShapes(shapeOf(heard), shapeOf(written))).toEqual({
      invented: [],
      // The nonce is the member's own client's; a position is counted in threads.
      missing: [...undocumentedOf('author', 'mentions[]'), 'nonce', 'position'].toSorted(),
      otherwise: [],
    });
  });

  it('sends what the bot writes as the simulator does', async () => {
    const { heard, post } = await listen();
    await post({ content: 'Welcome', components: BUTTONS, embeds: [{ title: 'Hi', description: 'there', color: 1 }] });
    await vi.waitFor(() => expect(heard).toHaveLength(1), 15_000);
    expect(compareShapes(shapeOf(heard), shapeOf(ofBots))).toEqual({
      invented: [],
      missing: [
        ...undocumentedOf('author'),
        'embeds[].content_scan_version',
        'embeds[].fields',
        'embeds[].id',
        'position',
      ].toSorted(),
      otherwise: [],
    });
  });

  it('sends the press of a button as the simulator does', async () => {
    const { sim, post } = await listen();
    const { id } = (await post({ content: 'Welcome', components: BUTTONS })) as APIMessage;
    const pressed = sim.member().click(id, 'receipt:1');
    const inGuild = [...presses.values()].filter(({ guild_id: guild }) => guild !== undefined);
    const { invented, missing, otherwise } = compareShapes(shapeOf([pressed.record.payload]), shapeOf(inGuild));
    expect({ invented, otherwise }).toEqual({ invented: [], otherwise: [] });
    // The recorded ones were pressed in a thread, which the simulator has none of.
    const isOfThread = (path: string) => path.startsWith('channel.') || path === 'message.position';
    expect(missing.filter((path) => !isOfThread(path))).toEqual(
      [
        'member.collectibles',
        'member.display_name_styles',
        'member.unusual_dm_activity_until',
        ...undocumentedOf('member.user', 'message.author'),
      ].toSorted(),
    );
  });

  it('sends presses that are understood: who, where, and which button', () => {
    const understood = [...presses].map(([name, press]) => {
      const inbound = readInteraction(press);
      const { user, channel, isUserInstallOnly } = readOrigin(press);
      return [name, inbound.kind === 'action' && inbound.action, user, channel, isUserInstallOnly];
    });
    const [member, thread] = ['1033044521375764530', '1457536551830421524'];
    expect(understood).toEqual([
      ['buttonClickHello', 'hello', member, thread, false],
      ['buttonClickMessages', 'messages', member, thread, false],
      ['buttonClickInfo', 'info', member, thread, false],
      ['buttonClickGoodbye', 'goodbye', member, thread, false],
      ['dmButtonClick', 'dm-action', member, 'DM_CHANNEL_123', false],
      ['differentUser', 'hello', '9876543210987654321', thread, false],
    ]);
  });

  it('sends messages of which only those that mention the bot, or its role, ask something', () => {
    const asked = [...messages].map(([name, message]) => [name, readAskedMessage(message, BOT, ROLE)?.text ?? null]);
    expect(asked.filter(([, text]) => text !== null)).toEqual([
      ['gatewayMention', 'Hey'],
      ['gatewayAIMention', 'AI What is love'],
      ['gatewayRoleMention', 'AI Still there?'],
    ]);
    expect(asked.length).toBeGreaterThan(5);
  });
});
