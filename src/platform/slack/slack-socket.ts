import { PlatformError } from '../../core/chat/chat.ts';
import { setTimer as realTimer } from '../edit-pacer.ts';
import { createClientOptions } from './client-options.ts';
import { API_URL, createSlackPlatform, type SlackOptions, type SlackPlatform } from './slack-platform.ts';
import { createSocketLink, type SocketLink } from './socket-link.ts';

export interface SlackSocketOptions extends SlackOptions {
  /** The app-level token (xapp-…) with the scope connections:write. */
  appToken: string;
  /** Slack gives no connection until the operator changes something: the message says what. Called once. */
  onFatal(error: Error): void;
}

export interface SlackSocket extends SlackPlatform, Pick<SocketLink, 'connect' | 'disconnect' | 'isConnected'> {
  /** As over HTTP; and throws PlatformError while there is no connection. */
  check(): Promise<void>;
  /** Disconnects; resolves when no turn is under way. */
  close(): Promise<void>;
}

/** Slack by Socket Mode: no public address is needed. It is connected by `connect`. */
export function createSlackSocket(options: SlackSocketOptions): SlackSocket {
  const { appToken, clock, log, onFatal, apiUrl = API_URL, setTimer = realTimer } = options;
  const clientOptions = createClientOptions(apiUrl, log);
  const { receiver, ...link } = createSocketLink({ appToken, clientOptions, clock, setTimer, log, onFatal });
  const platform = createSlackPlatform(receiver, options);
  return {
    ...link,
    messenger: platform.messenger,
    async check() {
      await platform.check();
      if (!link.isConnected()) throw new PlatformError('unavailable', 'no connection to Slack by Socket Mode');
    },
    async close() {
      await link.disconnect();
      await platform.close();
    },
  };
}
