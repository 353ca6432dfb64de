import type { Acknowledgement } from './delivery.ts';
import type { SlackEvents } from './events.ts';
import type { DeliverByHttp } from './http-delivery.ts';
import { signatureHeaders } from './signing.ts';
import type { SlackWorld } from './world.ts';

/** What Slack itself sends to a bot, without a person behind it. */
export interface RequestsToBot {
  /** The challenge by which Slack checks a new request URL. @returns whether it came back */
  verifyEventsUrl(): Promise<boolean>;
  /** A slash command that must be refused: signed with another secret, signed ten minutes ago, or not signed. */
  sendWronglySigned(fault: 'secret' | 'stale' | 'missing'): Promise<Acknowledgement>;
  /** Removes the app from a team: its tokens end (`account_inactive`), `tokens_revoked` and `app_uninstalled` are sent. */
  uninstall(teamId: string): Promise<void>;
  /** Sends the Events API retries whose time has come. @returns how many */
  retryDue(): Promise<number>;
}

/** @param deliver what only exists over HTTP: a URL to check, and a signature */
export function createRequestsToBot(world: SlackWorld, deliver: DeliverByHttp, events: SlackEvents): RequestsToBot {
  const { settings, store } = world;
  return {
    async verifyEventsUrl() {
      const challenge = store.ids.secret();
      const payload = { token: settings.verificationToken, challenge, type: 'url_verification' };
      const answer = await deliver({ kind: 'verification', payload });
      return answer.ok && answer.body.includes(challenge);
    },
    sendWronglySigned(fault) {
      const signatures = {
        secret: (body: string) => signatureHeaders(`${settings.signingSecret}x`, world.wallNow(), body),
        stale: (body: string) => signatureHeaders(settings.signingSecret, world.wallNow() - 600_000, body),
        missing: () => ({}),
      };
      const payload = { command: '/ask', text: 'forged', user_id: 'U0FORGED' };
      return deliver({ kind: 'command', payload, signature: signatures[fault] });
    },
    async uninstall(teamId) {
      const bots = new Set<string>();
      for (const installation of store.installations.values()) {
        if (installation.teamId !== teamId || !installation.active) continue;
        bots.add(installation.botUserId);
        installation.active = false;
      }
      await events.send(teamId, 'tokens_revoked', { type: 'tokens_revoked', tokens: { oauth: [], bot: [...bots] } });
      await events.send(teamId, 'app_uninstalled', { type: 'app_uninstalled' });
    },
    retryDue: () => events.retryDue(),
  };
}
