import type { SlackManifest } from './manifest.ts';

/**
 * Opens Slack's page for a new app with everything filled in.
 * Source: https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests, "Sharing manifests"
 */
export function manifestLink(manifest: SlackManifest): string {
  return `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`;
}
