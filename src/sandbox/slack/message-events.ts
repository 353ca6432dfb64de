import type { AppMentionEvent, GenericMessageEvent, SlackEvent } from '@slack/types';
import type { Acknowledgement } from './delivery.ts';
import type { SlackEvents } from './events.ts';
import { messageJson } from './methods/method.ts';
import type { MessageVersion, SlackChannel, SlackMessage } from './model.ts';
import { richText } from './typed-text.ts';
import type { SlackWorld } from './world.ts';

const SUBSCRIPTIONS = { public: 'message.channels', private: 'message.groups', im: 'message.im' } as const;
const CHANNEL_TYPES = { public: 'channel', private: 'group', im: 'im' } as const;

/** What the app is told of messages, where it is installed and its bot is a member. */
export interface MessageEvents {
  /**
   * A person wrote: a `message`, and an `app_mention` beside it when the bot was called in a channel.
   * @returns the acknowledgement of the first event that was sent, or undefined when there was none
   */
  written(message: SlackMessage): Promise<Acknowledgement | undefined>;
  /** The bot wrote, changed or deleted a message: the app is told of its own messages too. */
  byBot(message: SlackMessage, change: MessageVersion['change']): Promise<void>;
}

/** Source: https://docs.slack.dev/reference/events/message and https://docs.slack.dev/reference/events/app_mention */
export function createMessageEvents(world: SlackWorld, events: SlackEvents): MessageEvents {
  const { store } = world;

  function send(channel: SlackChannel, subscription: string, event: SlackEvent) {
    return events.send(channel.teamId, subscription, event);
  }

  return {
    async written(posted) {
      const channel = store.channel(posted.channel);
      const install = store.installationOf(channel.teamId);
      if (!install || !channel.botMember) return undefined;
      const message = writtenEvent(world, posted, channel);
      const foreign = foreignFields(world, posted, channel);
      const isCalled = channel.kind !== 'im' && posted.text.includes(`<@${install.botUserId}>`);
      const sent = await Promise.all([
        isCalled ? send(channel, 'app_mention', { ...mentionEvent(message), ...foreign }) : undefined,
        send(channel, SUBSCRIPTIONS[channel.kind], { ...message, ...foreign }),
      ]);
      return sent.find((answer) => answer !== undefined);
    },
    async byBot(message, change) {
      const channel = store.channel(message.channel);
      if (message.ephemeralFor !== undefined || !channel.botMember) return;
      const about = { type: 'message', channel: channel.id, channel_type: CHANNEL_TYPES[channel.kind] };
      const shown = messageJson(message, world);
      const at = store.ids.ts(world.now());
      const event =
        change === 'posted'
          ? { ...about, ...shown, event_ts: message.ts }
          : change === 'deleted'
            ? { ...about, subtype: 'message_deleted', hidden: true, deleted_ts: message.ts, ts: at, event_ts: at }
            : { ...about, subtype: 'message_changed', hidden: true, message: shown, ts: at, event_ts: at };
      await send(channel, SUBSCRIPTIONS[channel.kind], event as SlackEvent);
    },
  };
}

function writtenEvent({ store }: SlackWorld, posted: SlackMessage, channel: SlackChannel): GenericMessageEvent {
  const parent = posted.threadTs ? store.message(channel.id, posted.threadTs) : undefined;
  return {
    type: 'message',
    subtype: undefined,
    user: posted.user,
    ts: posted.ts,
    client_msg_id: store.ids.secret(),
    text: posted.text,
    blocks: [{ ...richText(posted.text), block_id: store.ids.id('b') }],
    team: posted.teamId,
    ...(posted.threadTs && { thread_ts: posted.threadTs }),
    ...(parent && { parent_user_id: parent.user }),
    channel: channel.id,
    event_ts: posted.ts,
    channel_type: CHANNEL_TYPES[channel.kind],
  };
}

function mentionEvent(message: GenericMessageEvent): AppMentionEvent {
  const { user, ts, event_ts, channel, text = '', team = '', blocks, client_msg_id, thread_ts } = message;
  return {
    type: 'app_mention',
    user,
    ts,
    event_ts,
    channel,
    text,
    team,
    ...(client_msg_id && { client_msg_id }),
    ...(blocks && { blocks }),
    ...(thread_ts && { thread_ts }),
  };
}

/** Of somebody from another workspace in a shared channel. Source: https://docs.slack.dev/apis/slack-connect */
function foreignFields({ store }: SlackWorld, { teamId, user }: SlackMessage, channel: SlackChannel): object {
  if (teamId === channel.teamId) return {};
  return { user_team: teamId, source_team: teamId, user_profile: { name: store.user(user).name, team: teamId } };
}
