import { App, type Receiver, type ReceiverEvent } from '@slack/bolt';
import type { Log } from '../../core/log.ts';
import { createBoltLogger } from './bolt-logger.ts';
import type { ClientSettings } from './client-options.ts';
import { kindOf } from './payload-kind.ts';

/** Slack, or somebody with its secret, sent what is no Slack payload. */
export class UnreadablePayloadError extends Error {
  override name = 'UnreadablePayloadError';
}

/** Bolt waits three seconds for what it cannot tell, and stumbles over half a payload: both end before Bolt here. */
class GuardedApp extends App {
  override async processEvent(event: ReceiverEvent): Promise<void> {
    const kind = kindOf(event.body);
    if (kind === 'unreadable') throw new UnreadablePayloadError('expected a Slack payload, got something else');
    if (kind === 'unused') return event.ack();
    await super.processEvent(event);
  }
}

/**
 * A Bolt app over any receiver. It authorizes without a lookup, so that nothing stands between a request and its
 * acknowledgement; the client of a workspace is found when it is needed.
 */
export function createBoltApp(receiver: Receiver, clientOptions: ClientSettings, log: Log): App {
  return new GuardedApp({
    receiver,
    authorize: async () => ({}),
    logger: createBoltLogger(log),
    clientOptions,
    convoStore: false,
    ignoreSelf: false,
    attachFunctionToken: false,
    tokenVerificationEnabled: false,
  });
}
