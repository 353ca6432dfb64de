import type { BlockAction, SlashCommand } from '@slack/bolt';
import express from 'express';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type EventEnvelope, readAskedMessage } from '../../../src/platform/slack/asked-message.ts';
import { kindOf } from '../../../src/platform/slack/payload-kind.ts';
import { readCommand, readPress } from '../../../src/platform/slack/turn.ts';
import { startHttpServer } from '../../../src/sandbox/http-server.ts';
import { createSlackSimulator } from '../../../src/sandbox/slack/simulator.ts';
import { compareShapes, loadRecorded, shapeOf } from '../../helpers/recorded.ts';
import { createClient } from '../sandbox-slack/bot.ts';

/** What is read here of a payload, of whichever kind. */
interface Payload extends EventEnvelope {
  command?: string;
  type?: string;
  event?: { type: string; channel_type?: string; bot_id?: string };
  actions?: { type: string }[];
}

const FILES = [
  'slack',
  'dm-slack',
  'dm-slack-direct',
  'slash-commands-slack',
  'actions-reactions-slack',
  'streaming-slack',
];

const recorded = loadRecorded();
const payloads = new Map(
  FILES.flatMap((file) =>
    (recorded.status === 'ready' ? Object.entries(recorded.read(file)) : [])
      .filter((entry): entry is [string, Payload] => 'token' in Object(entry[1]))
      .map(([name, payload]) => [`${file}/${name}`, payload]),
  ),
);

const KINDS = {
  command: ({ command }) => command !== undefined,
  mention: ({ event }) => event?.type === 'app_mention',
  direct: ({ event }) => event?.type === 'message' && event.channel_type === 'im',
  inChannel: ({ event }) => event?.type === 'message' && event.channel_type === 'channel' && event.bot_id === undefined,
  ofBot: ({ event }) => event?.type === 'message' && event.bot_id !== undefined,
  press: ({ actions }) => actions?.[0]?.type === 'button',
} satisfies Record<string, (payload: Payload) => boolean>;

/** How the simulator's payloads of a kind differ from the recorded ones. */
function compare(kind: keyof typeof KINDS, sent: readonly Payload[]) {
  const real = [...payloads.values()].filter(KINDS[kind]);
  const simulated = sent.filter(KINDS[kind]);
  expect([real.length > 0, simulated.length > 0], `payloads of the kind ${kind}`).toEqual([true, true]);
  return compareShapes(shapeOf(simulated), shapeOf(real));
}

/** Whatever the simulator sends a bot when a person does everything that was recorded. */
async function everythingSent(): Promise<Payload[]> {
  const slack = await createSlackSimulator({ rateLimits: 'off' });
  onTestFinished(() => slack.close());
  const sent: Payload[] = [];
  const bot = express().use(express.json(), express.urlencoded({ extended: false }), (request, response) => {
    const { payload } = request.body;
    sent.push(typeof payload === 'string' ? JSON.parse(payload) : request.body);
    response.end();
  });
  const server = await startHttpServer(bot);
  onTestFinished(() => server.close());
  slack.eventsUrl = `${server.url}/slack/events`;
  slack.channel('C0TEAM', { name: 'team', members: ['U0ADA'] });
  const ada = slack.user('U0ADA');
  await ada.command('/ask', 'Hey', { channel: 'C0TEAM' }).acknowledged;
  await ada.dm('Hey').acknowledged;
  await ada.mention('Hey', { channel: 'C0TEAM' }).acknowledged;
  const [{ ts: threadTs = '' } = {}] = slack.store.messages.filter(({ text }) => text.startsWith('<@'));
  const text = { type: 'plain_text' as const, text: 'Receipt', emoji: true };
  const said = { type: 'mrkdwn' as const, text: 'Hey', verbatim: false };
  const elements = [{ type: 'button' as const, action_id: 'receipt:1', text, value: '1' }];
  const { ts = '' } = await createClient(slack).chat.postMessage({
    channel: 'C0TEAM',
    thread_ts: threadTs,
    text: 'Hey',
    blocks: [
      { type: 'header', text },
      { type: 'section', text: said },
      { type: 'actions', elements },
    ],
  });
  await ada.click({ channel: 'C0TEAM', ts }, 'receipt:1').acknowledged;
  await ada.say('Thanks', { channel: 'C0TEAM', threadTs }).acknowledged;
  return sent;
}

describe('Slack as it was recorded', () => {
  beforeEach(({ skip }) => {
    if (recorded.status === 'absent') skip(recorded.message);
  });

  it('sends what the simulator sends', async () => {
    const sent = await everythingSent();
    const same = { invented: [], missing: [], otherwise: [] };
    expect(compare('command', sent)).toEqual(same);
    expect(compare('direct', sent)).toEqual({ ...same, invented: ['event_context'] });
    expect(compare('inChannel', sent)).toEqual(same);
    expect(compare('ofBot', sent)).toEqual(same);
    expect(compare('press', sent)).toEqual(same);
    // The recorded mentions were stripped of what every other event has, and one came with a file.
    expect(compare('mention', sent)).toEqual({
      invented: ['context_enterprise_id', 'context_team_id', 'event.team'],
      missing: ['event.assistant_thread', 'event.display_as_bot', 'event.files', 'event.upload'],
      otherwise: [],
    });
  });

  it('sends nothing that is taken for half a payload', () => {
    expect([...payloads].filter(([, payload]) => kindOf(payload) === 'unreadable')).toEqual([]);
  });

  it('sends events of which only mentions and messages to the bot ask something', () => {
    const asked = [...payloads].flatMap(([name, payload]) => {
      const read = payload.event === undefined ? null : readAskedMessage(payload.event, payload);
      return read === null ? [] : [[name, read.text, read.inbound.turn.by.workspace, read.inbound.isDirect]];
    });
    expect(asked).toEqual([
      ['dm-slack/mention', 'Hey', 'T00FAKE00AA', false],
      ['dm-slack/dmMessage', 'Hey!', 'T00FAKE00AA', true],
      ['dm-slack-direct/directDM', 'hello hello', 'T0ADGE2G4EM', true],
      ['dm-slack-direct/followUp', 'cool!!', 'T0ADGE2G4EM', true],
      ['actions-reactions-slack/mention', 'Test', 'T00FAKE00AA', false],
      ['streaming-slack/aiMentionWithFile', "[AI] I don't really understand this explanation.", 'T00FAKE00BB', false],
    ]);
  });

  it('sends commands and presses whose asker, place and address are understood', () => {
    const command = readCommand(payloads.get('slash-commands-slack/slashCommandWithArgs') as unknown as SlashCommand);
    expect(command).toMatchObject({
      turn: { by: { platform: 'slack', workspace: 'T00FAKE00BB', user: 'U00FAKEUSER2' } },
      channel: 'C00FAKECHAN3',
      responseUrl: expect.stringContaining('https://hooks.slack.com/commands/'),
    });
    const press = readPress(payloads.get('streaming-slack/buttonAction') as unknown as BlockAction);
    expect(press).toMatchObject({
      turn: { by: { platform: 'slack', workspace: 'T08REALTEAM1', user: 'U08REALUSER1' } },
      source: { teamId: 'T08REALTEAM1', enterpriseId: null, isEnterpriseInstall: false },
      channel: 'C08REALCHAN1',
      privateThreadTs: '1775407823.782829',
      responseUrl: 'https://hooks.slack.com/actions/T08REALTEAM1/10849095105106/sanitized',
    });
  });
});
