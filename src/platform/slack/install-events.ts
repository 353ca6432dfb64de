import type { App } from '@slack/bolt';
import type { Log } from '../../core/log.ts';
import { SECOND } from '../../core/time.ts';
import type { SlackInstallationStore } from './installation-store.ts';

/** The events that these listeners need the app to be subscribed to. */
export const INSTALL_EVENTS = ['app_uninstalled', 'tokens_revoked'] as const;

interface Envelope {
  team_id?: string;
  enterprise_id?: string | null;
  event_time?: number;
  is_enterprise_install?: boolean;
  authorizations?: readonly { is_enterprise_install?: boolean }[] | undefined;
}

/**
 * Forgets an installation when the app was removed or its bot token revoked.
 * Sources: https://docs.slack.dev/reference/events/app_uninstalled, https://docs.slack.dev/reference/events/tokens_revoked
 */
export function registerInstallEvents(app: App, installations: SlackInstallationStore, log: Log): void {
  async function forget(envelope: Envelope): Promise<void> {
    const { team_id: teamId, enterprise_id: enterpriseId, event_time: seconds } = envelope;
    // Slack's times are whole seconds: an event counts for all of its second.
    const eventAt = seconds === undefined ? Number.POSITIVE_INFINITY : (seconds + 1) * SECOND;
    const isEnterpriseInstall = envelope.authorizations?.[0]?.is_enterprise_install ?? envelope.is_enterprise_install;
    try {
      if (isEnterpriseInstall === true && enterpriseId) {
        const query = { teamId: undefined, enterpriseId, isEnterpriseInstall: true };
        await installations.deleteOlder(query, eventAt);
      } else if (teamId) {
        const query = { teamId, enterpriseId: enterpriseId ?? undefined, isEnterpriseInstall: false };
        await installations.deleteOlder(query, eventAt);
      }
      log.info({ teamId, enterpriseId }, 'a Slack workspace removed the app');
    } catch (error) {
      log.error({ err: error, teamId, enterpriseId }, 'a Slack installation could not be deleted');
    }
  }

  app.event('app_uninstalled', ({ body }) => forget(body));
  app.event('tokens_revoked', async ({ event, body }) => {
    if ((event.tokens.bot ?? []).length > 0) await forget(body);
  });
}
