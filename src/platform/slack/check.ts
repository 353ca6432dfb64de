import { webApi } from '@slack/bolt';
import { callSlack } from './call-slack.ts';
import type { ClientSettings } from './client-options.ts';
import { slackCode } from './slack-errors.ts';

/**
 * Asks Slack who the bot is; without a token the refusal `not_authed` shows that Slack is there.
 * Source: https://docs.slack.dev/reference/methods/auth.test
 * @throws PlatformError
 */
export async function checkSlack(botToken: string | undefined, clientOptions: ClientSettings): Promise<void> {
  const client = new webApi.WebClient(botToken, clientOptions);
  try {
    await callSlack('auth.test', () => client.auth.test());
  } catch (error) {
    if (botToken === undefined && slackCode(error) === 'not_authed') return;
    throw error;
  }
}
