import { DEFAULT_TEAM } from '../../src/sandbox/slack/seeds.ts';
import type { SlackSimulator } from '../../src/sandbox/slack/simulator.ts';

/**
 * Lets the bot read public channels as well, which its manifest does not ask for. Without it an interrupted answer in a
 * channel is ended by a message below it, and keeps its Stop button.
 */
export function letReadChannels(slack: SlackSimulator): void {
  const scopes = ['commands', 'chat:write', 'app_mentions:read', 'im:write', 'im:history', 'channels:history'];
  slack.installApp(DEFAULT_TEAM, { token: slack.settings.botToken, scopes });
}
