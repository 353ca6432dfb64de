import type {
  BlockAction,
  ButtonAction,
  EnvelopedEvent,
  SlashCommand,
  ViewOutput,
  ViewSubmitAction,
} from '@slack/bolt';
import type { SlackEvent } from '@slack/types';
import { messageJson } from './methods/method.ts';
import type { SlackChannel, SlackMessage, SlackUser, SlackView } from './model.ts';
import type { SeenButton } from './shown.ts';
import { viewJson } from './view-json.ts';
import type { SlackWorld } from './world.ts';

/** Slack sends null where Bolt's types know only that a field may be left out. */
type OrNull<Payload, Field extends keyof Payload> = Omit<Payload, Field> & { [Key in Field]: Payload[Key] | null };

/** Source: https://docs.slack.dev/interactivity/implementing-slash-commands */
export function commandPayload(
  world: SlackWorld,
  from: { user: SlackUser; channel: SlackChannel },
  call: { command: string; text: string; responseUrl: string; triggerId: string },
): SlashCommand {
  const team = world.store.team(from.user.teamId);
  return {
    token: world.settings.verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    ...(team.enterpriseId && { enterprise_id: team.enterpriseId, enterprise_name: team.name }),
    channel_id: from.channel.id,
    channel_name: from.channel.kind === 'private' ? 'privategroup' : from.channel.name,
    user_id: from.user.id,
    user_name: from.user.name,
    command: call.command,
    text: call.text,
    api_app_id: world.settings.appId,
    is_enterprise_install: 'false',
    response_url: call.responseUrl,
    trigger_id: call.triggerId,
  };
}

/** A click on a button. An ephemeral message does not travel in it. Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export function clickPayload(
  world: SlackWorld,
  from: { user: SlackUser; channel: SlackChannel; message: SlackMessage },
  click: { button: SeenButton; responseUrl: string; triggerId: string },
): OrNull<BlockAction<ButtonAction>, 'enterprise'> {
  const { message, channel } = from;
  const { button } = click;
  const ephemeral = message.ephemeralFor !== undefined;
  return {
    type: 'block_actions',
    user: { ...person(from.user), username: from.user.name },
    api_app_id: world.settings.appId,
    token: world.settings.verificationToken,
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.threadTs && { thread_ts: message.threadTs }),
    },
    trigger_id: click.triggerId,
    ...origin(world, channel.teamId),
    channel: { id: channel.id, name: channel.kind === 'private' ? 'privategroup' : channel.name },
    ...(!ephemeral && {
      message: { ...messageJson(message, world), type: 'message' as const, ts: message.ts },
    }),
    state: { values: {} },
    response_url: click.responseUrl,
    actions: [
      {
        type: 'button',
        action_id: button.actionId,
        block_id: button.blockId,
        text: { type: 'plain_text', text: button.text, emoji: true },
        ...(button.value !== undefined && { value: button.value }),
        ...(button.url !== undefined && { url: button.url }),
        action_ts: world.store.ids.ts(world.now()),
      },
    ],
  };
}

/** Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export function submitPayload(
  world: SlackWorld,
  from: { user: SlackUser; view: SlackView },
  submit: { values: ViewOutput['state']['values']; triggerId: string },
): OrNull<ViewSubmitAction, 'enterprise'> {
  return {
    type: 'view_submission',
    ...origin(world, from.user.teamId),
    user: person(from.user),
    api_app_id: world.settings.appId,
    token: world.settings.verificationToken,
    trigger_id: submit.triggerId,
    view: viewJson(from.view, world, submit.values),
    response_urls: [],
  };
}

/** An Events API body. Source: https://docs.slack.dev/apis/events-api */
export function eventPayload(
  world: SlackWorld,
  teamId: string,
  event: SlackEvent,
): OrNull<EnvelopedEvent<SlackEvent>, 'context_enterprise_id'> {
  const team = world.store.team(teamId);
  return {
    token: world.settings.verificationToken,
    team_id: teamId,
    ...(team.enterpriseId && { enterprise_id: team.enterpriseId }),
    context_team_id: teamId,
    context_enterprise_id: team.enterpriseId ?? null,

    api_app_id: world.settings.appId,
    event,
    type: 'event_callback',
    event_id: world.store.ids.id('Ev'),
    event_time: Math.floor(world.now() / 1000),
    authorizations: [
      {
        enterprise_id: team.enterpriseId ?? null,
        team_id: teamId,
        user_id: world.store.botOf(teamId)?.botUserId ?? '',
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: 'user_team' in event,
    event_context: world.store.ids.secret(),
  };
}

function person(user: SlackUser) {
  return { id: user.id, username: user.name, name: user.name, team_id: user.teamId };
}

function origin(world: SlackWorld, teamId: string) {
  const { id, domain, name, enterpriseId } = world.store.team(teamId);
  return {
    team: { id, domain, ...(enterpriseId && { enterprise_id: enterpriseId, enterprise_name: name }) },
    is_enterprise_install: false,
    enterprise: enterpriseId === undefined ? null : { id: enterpriseId, name },
  };
}
