import type { App, BlockAction, BlockButtonAction, ViewSubmitAction } from '@slack/bolt';
import type { ChatApp } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/time.ts';
import { ACTION_ID, actionOf } from './action-id.ts';
import { readSubmitted } from './form-view.ts';
import { createSeenMessages } from './seen-messages.ts';
import { unescapeTyped } from './slack-text.ts';
import { type Inbound, readCommand, readOptions, readPress, readSubmission } from './turn.ts';
import type { Handle } from './turn-runner.ts';

export interface ListenerOptions {
  chat: ChatApp;
  commandPrefix: string;
  handle: Handle;
  clock: Clock;
  log: Log;
}

/** Connects a Bolt app, over any receiver, with the commands. */
export function registerListeners(app: App, { chat, commandPrefix, handle, clock, log }: ListenerOptions): void {
  const specs = new Map(chat.commands.map((spec) => [`/${commandPrefix}${spec.name}`, spec]));

  app.command(/^/, async ({ command, ack }) => {
    const spec = specs.get(command.command);
    if (spec === undefined) {
      log.warn({ command: command.command }, 'Slack sent a command that this app does not have');
      await ack({ response_type: 'ephemeral', text: 'This command is not known here.' });
      return;
    }
    const inbound: Inbound = readCommand(command);
    const headline = `${command.user_name}: ${command.command} ${unescapeTyped(command.text ?? '')}`.trim();
    await handle({ inbound, ack: () => ack(), headline, replacesOwn: true }, (turn, responder) =>
      chat.command(spec.name, readOptions(spec, command.text), turn, responder),
    );
  });

  app.action<BlockAction>({ type: 'block_actions' }, async ({ action, body, ack }) => {
    const { action_id: actionId } = action as BlockButtonAction['actions'][number];
    if (!ACTION_ID.test(actionId)) return ack();
    const inbound = readPress(body);
    await handle({ inbound, ack: () => ack(), headline: undefined, replacesOwn: false }, (turn, responder) =>
      chat.action(actionOf(actionId), turn, responder),
    );
  });

  const submitted = createSeenMessages(clock);
  app.view<ViewSubmitAction>({ type: 'view_submission' }, async ({ view, body, ack }) => {
    const form = readSubmitted(view);
    // Sent again, where the acknowledgement came too late, it is still the same form.
    if (form === null || !submitted.isNew([view.id])) return ack();
    const inbound = readSubmission(body, form.place);
    await handle({ inbound, ack: () => ack(), headline: undefined, replacesOwn: false }, (turn, responder) =>
      chat.submit(form.action, form.values, turn, responder),
    );
  });
}
