import type { App } from '@slack/bolt';
import type { ChatApp } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/time.ts';
import { type EventEnvelope, readAskedMessage } from './asked-message.ts';
import { createSeenMessages } from './seen-messages.ts';
import type { Handle } from './turn-runner.ts';

const ASK = 'ask';

/** The events that these listeners need the app to be subscribed to. */
export const MESSAGE_EVENTS = ['app_mention', 'message.im'] as const;

export interface EventListenerOptions {
  chat: ChatApp;
  handle: Handle;
  clock: Clock;
  log: Log;
}

/**
 * Makes asks of mentions of the bot and of messages to it. One message is one ask: a mention also comes as a message when
 * the app is subscribed to those, and what was not acknowledged in time comes again, under its old or a new event id.
 */
export function registerEventListeners(app: App, { chat, handle, clock, log }: EventListenerOptions): void {
  const option = chat.commands.find((spec) => spec.name === ASK)?.options[0];
  if (option === undefined) return;
  const { name } = option;
  const seen = createSeenMessages(clock);

  async function take(event: object, envelope: EventEnvelope, retryNum: number | undefined): Promise<void> {
    const asked = readAskedMessage(event, envelope);
    if (asked === null) return;
    const { inbound, text } = asked;
    if (!seen.isNew([envelope.event_id, inbound.turn.cause])) {
      log.debug({ eventId: envelope.event_id, retryNum }, 'Slack sent a message again');
      return;
    }
    // Bolt has acknowledged the event.
    const arrival = { inbound, ack: async () => {}, headline: undefined, replacesOwn: false };
    await handle(arrival, (turn, responder) => chat.command(ASK, { [name]: text }, turn, responder));
  }

  app.event('app_mention', ({ event, body, context }) => take(event, body, context.retryNum));
  app.event('message', ({ event, body, context }) => take(event, body, context.retryNum));
}
