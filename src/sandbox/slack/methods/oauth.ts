import { SlackApiError } from '../api-error.ts';
import { type Arguments, optionalText, requiredText } from '../arguments.ts';
import { install as installApp } from '../installations.ts';
import type { SlackWorld } from '../world.ts';

/** Source: https://docs.slack.dev/authentication/installing-with-oauth */
const CODE_LIFETIME_MS = 10 * 60_000;

/**
 * oauth.v2.access: a code against a bot token. The app's credentials come as arguments or by HTTP Basic.
 * Source: https://docs.slack.dev/reference/methods/oauth.v2.access
 * @throws SlackApiError invalid_client_id, bad_client_secret, invalid_code, code_already_used, bad_redirect_uri
 */
export function oauthAccess(world: SlackWorld, args: Arguments, authorization?: string): Record<string, unknown> {
  const [basicId, basicSecret] = basic(authorization);
  const { settings, store } = world;
  if ((basicId ?? optionalText(args, 'client_id')) !== settings.clientId) throw new SlackApiError('invalid_client_id');
  if ((basicSecret ?? optionalText(args, 'client_secret')) !== settings.clientSecret) {
    throw new SlackApiError('bad_client_secret');
  }
  if (optionalText(args, 'grant_type') === 'refresh_token') throw new SlackApiError('invalid_refresh_token');
  const code = world.oauthCodes.get(requiredText(args, 'code', 'invalid_code'));
  if (!code || world.now() - code.issuedAt > CODE_LIFETIME_MS) throw new SlackApiError('invalid_code');
  if (code.used) throw new SlackApiError('code_already_used');
  if (optionalText(args, 'redirect_uri') !== code.redirectUri) throw new SlackApiError('bad_redirect_uri');
  code.used = true;
  const installed = installApp(store, code.teamId, `xoxb-${store.ids.secret()}`, code.scopes);
  const team = store.team(code.teamId);
  return {
    app_id: settings.appId,
    authed_user: { id: code.userId },
    scope: code.scopes.join(','),
    token_type: 'bot',
    access_token: installed.token,
    bot_user_id: installed.botUserId,
    team: { id: team.id, name: team.name },
    enterprise: team.enterpriseId ? { id: team.enterpriseId, name: team.name } : null,
    is_enterprise_install: false,
  };
}

function basic(authorization: string | undefined): (string | undefined)[] {
  const [scheme, credentials] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || !credentials) return [];
  const [id, ...secret] = Buffer.from(credentials, 'base64').toString().split(':');
  return [id, secret.join(':')];
}
