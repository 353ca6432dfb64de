import type { ViewOutput } from '@slack/bolt';
import type { SlackEvent } from '@slack/types';
import { applyViewAnswer, showAcknowledgement } from './acknowledge.ts';
import type { Acknowledgement, Deliver } from './delivery.ts';
import type { SlackEvents } from './events.ts';
import { canSee, createInteraction, type Interaction } from './interaction.ts';
import type { MessageEvents } from './message-events.ts';
import type { SlackChannel, SlackMessage, SlackUser, SlackView } from './model.ts';
import { clickPayload, commandPayload, submitPayload } from './payloads.ts';
import type { ResponseUrls } from './response-urls.ts';
import { findButtons, type SeenMessage, seenMessage } from './shown.ts';
import { escapeTyped } from './typed-text.ts';
import { filledIn } from './view-values.ts';
import type { SlackWorld } from './world.ts';

/** What was submitted, and the errors that the bot put beside the fields. */
interface Submission extends Interaction {
  errors: Promise<Record<string, string>>;
}

/** A person in front of Slack. */
export interface SlackPerson {
  id: string;
  profile: SlackUser;
  /**
   * Types a slash command, in a channel or, without one, in the direct conversation with the bot.
   * @throws Error when the app is not installed in the person's team
   */
  command(command: string, text?: string, options?: { channel?: string }): Interaction;
  /** Presses a button. @throws Error when the person does not see that message, or it has no such button */
  click(message: Pick<SeenMessage, 'channel' | 'ts'>, actionId: string): Interaction;
  /** Writes in a channel and calls the bot by its name. */
  mention(text: string, options: { channel: string; threadTs?: string }): Interaction;
  /** Writes in a channel without calling anybody. */
  say(text: string, options: { channel: string; threadTs?: string }): Interaction;
  /** Writes to the bot directly. @throws Error when direct messages are closed */
  dm(text: string, options?: { threadTs?: string }): Interaction;
  /**
   * Presses Submit in a modal; the values are by block id and action id.
   * @throws Error when Slack would not let it through
   */
  submitView(view: SlackView, values?: ViewOutput['state']['values']): Submission;
  /** Opens the app's Home or Messages tab. */
  openHome(tab?: 'home' | 'messages'): Interaction;
  /** Presses Stop beside an answer that is streamed. */
  stop(message: Pick<SeenMessage, 'channel' | 'ts'>): Interaction;
  /** Every message of the bot that this person can see or saw until it was deleted, oldest first. */
  messages(): SeenMessage[];
}

export interface PersonParts {
  world: SlackWorld;
  deliver: Deliver;
  events: SlackEvents;
  messageEvents: MessageEvents;
  urls: ResponseUrls;
}

export function createPerson(parts: PersonParts, id: string): SlackPerson {
  const { world, deliver, events, messageEvents, urls } = parts;
  const { store } = world;
  const profile = store.user(id);

  function interact(send: () => Promise<Acknowledgement>): Interaction {
    const since = store.ids.sequence();
    return createInteraction(store, id, since, send());
  }

  function requireInstalled(teamId: string): void {
    if (!store.installationOf(teamId)) throw new Error(`Expected the app installed in ${teamId}, got no install`);
  }

  function place(channelId: string | undefined): SlackChannel {
    const channel = channelId === undefined ? store.directChannel(id) : store.channel(channelId);
    channel.members.add(id);
    return channel;
  }

  function visible(wanted: Pick<SeenMessage, 'channel' | 'ts'>): SlackMessage {
    const message = store.message(wanted.channel, wanted.ts);
    if (message && canSee(store, id, message)) return message;
    throw new Error(`Expected a message that ${id} sees, got ${wanted.channel} ${wanted.ts}`);
  }

  function emit(subscription: string, event: SlackEvent): Promise<Acknowledgement | undefined> {
    return events.send(profile.teamId, subscription, event);
  }

  function interactivity(payload: object): Promise<Acknowledgement> {
    return deliver({ kind: 'interactivity', payload });
  }

  function write(channel: SlackChannel, text: string, threadTs?: string): Interaction {
    return interact(async () => {
      const posted = store.post({
        teamId: profile.teamId,
        channel: channel.id,
        user: id,
        source: 'person',
        fromBot: false,
        text: escapeTyped(text),
        ...(threadTs && { threadTs }),
      });
      return (await messageEvents.written(posted)) ?? nothingSent();
    });
  }

  return {
    id,
    profile,
    command(command, text = '', options = {}) {
      const channel = place(options.channel);
      requireInstalled(channel.teamId);
      const { url, target } = urls.issue('commands', { teamId: channel.teamId, channel: channel.id, userId: id });
      const call = { command, text, responseUrl: url, triggerId: world.triggers.issue(id) };
      const payload = commandPayload(world, { user: profile, channel }, call);
      return interact(async () => {
        const answer = await deliver({ kind: 'command', payload });
        showAcknowledgement(urls, target, answer);
        return answer;
      });
    },
    click(wanted, actionId) {
      const message = visible(wanted);
      const button = findButtons(message.blocks).find((known) => known.actionId === actionId);
      if (!button)
        throw new Error(`Expected a button "${actionId}", got ${JSON.stringify(findButtons(message.blocks))}`);
      const channel = store.channel(message.channel);
      requireInstalled(channel.teamId);
      const about = { teamId: channel.teamId, channel: channel.id, userId: id, original: message };
      const { url } = urls.issue('actions', { ...about, ...(message.threadTs && { threadTs: message.threadTs }) });
      const press = { button, responseUrl: url, triggerId: world.triggers.issue(id) };
      return interact(() => interactivity(clickPayload(world, { user: profile, channel, message }, press)));
    },
    mention(text, options) {
      const channel = place(options.channel);
      const bot = store.installationOf(channel.teamId)?.botUserId ?? '';
      return write(channel, `<@${bot}> ${text}`, options.threadTs);
    },
    say: (text, options) => write(place(options.channel), text, options.threadTs),
    dm(text, options = {}) {
      if (profile.dms === 'closed') throw new Error(`Expected open direct messages with ${id}, got closed ones`);
      return write(store.directChannel(id), text, options.threadTs);
    },
    submitView(view, values = {}) {
      const submit = { values: filledIn(view.view.blocks, values), triggerId: world.triggers.issue(id) };
      const interaction = interact(() => interactivity(submitPayload(world, { user: profile, view }, submit)));
      const errors = interaction.acknowledged.then((answer) => applyViewAnswer(world, view, answer));
      return { ...interaction, errors };
    },
    openHome(tab = 'home') {
      const channel = store.directChannel(id);
      const event_ts = store.ids.ts(world.now());
      const event: SlackEvent = { type: 'app_home_opened', user: id, channel: channel.id, tab, event_ts };
      return interact(async () => (await emit('app_home_opened', event)) ?? nothingSent());
    },
    stop(wanted) {
      const message = visible(wanted);
      if (message.stream) message.stream.state = 'stopped';
      const event: SlackEvent = {
        type: 'agent_session_stopped',
        channel: message.channel,
        user: id,
        thread_ts: message.threadTs ?? message.ts,
        streaming_message_ts: [message.ts],
        event_ts: store.ids.ts(world.now()),
      };
      return interact(async () => (await emit('agent_session_stopped', event)) ?? nothingSent());
    },
    messages: () => store.messages.filter((message) => message.fromBot && canSee(store, id, message)).map(seenMessage),
  };
}

/** For something that Slack does not tell the app. */
function nothingSent(): Acknowledgement {
  return { ok: true, ms: 0, body: '', headers: {} };
}
