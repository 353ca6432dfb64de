import type { Request } from 'express';
import { SlackApiError } from '../api-error.ts';
import type { SlackWorld } from '../world.ts';

export const OPEN_CONNECTION = 'apps.connections.open';

const SCOPE = 'connections:write';

/**
 * Checks what apps.connections.open asks for: a POST with the app-level token in the header.
 * Source: https://docs.slack.dev/reference/methods/apps.connections.open
 * @throws SlackApiError insecure_request, not_authed, not_allowed_token_type, invalid_auth, missing_scope
 */
export function authorizeConnection({ settings }: SlackWorld, request: Request): void {
  if (request.method !== 'POST') throw new SlackApiError('insecure_request');
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'Bearer' || !token) throw new SlackApiError('not_authed');
  if (token.startsWith('xox')) throw new SlackApiError('not_allowed_token_type');
  if (token !== settings.appToken) throw new SlackApiError('invalid_auth');
  if (settings.appTokenScopes.includes(SCOPE)) return;
  throw new SlackApiError('missing_scope', { needed: SCOPE, provided: settings.appTokenScopes.join(',') });
}
