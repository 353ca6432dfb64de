import { webApi } from '@slack/bolt';
import { callSlack } from './call-slack.ts';
import type { ClientSettings } from './client-options.ts';
import { slackCode } from './slack-errors.ts';
import { readSocketFault } from './socket-faults.ts';

/** Whose a token is. */
export interface SlackIdentity {
  workspace: string;
  isBot: boolean;
  /** What the token may do; null when Slack does not tell. */
  scopes: readonly string[] | null;
}

const UNKNOWN = new Set(['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired']);

/**
 * Asks Slack whose the token is; what it may do stands in the header `x-oauth-scopes`.
 * Source: https://docs.slack.dev/reference/methods/auth.test
 * @returns null when Slack does not know the token
 * @throws PlatformError when Slack does not answer
 */
export async function readIdentity(botToken: string, clientOptions: ClientSettings): Promise<SlackIdentity | null> {
  const client = new webApi.WebClient(botToken, clientOptions);
  try {
    const { team = '', bot_id: bot, response_metadata } = await callSlack('auth.test', () => client.auth.test());
    return { workspace: team, isBot: bot !== undefined, scopes: response_metadata?.scopes ?? null };
  } catch (error) {
    if (UNKNOWN.has(slackCode(error) ?? '')) return null;
    throw error;
  }
}

/**
 * Asks Slack for a connection of Socket Mode and does not open it, so a bot that runs is not disturbed.
 * Source: https://docs.slack.dev/reference/methods/apps.connections.open
 * @returns what is wrong, with its cure; null when Slack would connect
 * @throws PlatformError when Slack does not answer
 */
export async function socketProblem(appToken: string, clientOptions: ClientSettings): Promise<string | null> {
  const client = new webApi.WebClient(appToken, clientOptions);
  try {
    await callSlack('apps.connections.open', () => client.apps.connections.open());
    return null;
  } catch (error) {
    const { fatal } = readSocketFault(error, null);
    if (fatal === null) throw error;
    return fatal.message;
  }
}
