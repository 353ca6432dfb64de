import { commandsFor } from '../../app/services.ts';
import type { Config } from '../../config/config.ts';
import { slackManifest } from '../../platform/slack/manifest.ts';
import { manifestLink } from '../../platform/slack/manifest-link.ts';

export type SlackTransport = 'http' | 'socket';

/**
 * Slack has no call for this without a token of its own that lasts twelve hours: the operator brings the manifest there.
 * @param chosen what the operator asked for; null: what is configured, else Socket Mode, which needs no address
 * @returns what to do at Slack, line by line, the manifest among it
 */
export function slackLines(config: Config, chosen: SlackTransport | null): string[] {
  const transport = chosen ?? config.slack?.transport ?? 'socket';
  const manifest = slackManifest(commandsFor(config.catalogue), {
    brandName: config.brand.name,
    baseUrl: config.baseUrl,
    prefix: config.slack?.commandPrefix ?? '',
    transport,
  });
  const what = { http: 'requests to this bot', socket: 'Socket Mode' }[transport];
  const state = config.slack === null ? ' It is not configured yet.' : '';
  return [
    `Slack:${state} Make the app, for ${what}, by ${manifestLink(manifest)}`,
    'or change the one that is there (https://api.slack.com/apps, the app, "App Manifest") to this:',
    JSON.stringify(manifest, null, 2),
  ];
}
