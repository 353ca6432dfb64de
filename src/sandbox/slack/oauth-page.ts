import { Router } from 'express';
import type { SlackWorld } from './world.ts';

/** What the person at the authorize page does, and where the app's settings send them without a `redirect_uri`. */
export interface InstallChoice {
  decision: 'allow' | 'deny';
  teamId: string;
  userId: string;
  redirectUrl?: string;
}

/**
 * `GET /oauth/v2/authorize`: the person decides at once, and is sent back with `code` and `state`, or with
 * `error=access_denied`.
 * Source: https://docs.slack.dev/authentication/installing-with-oauth
 */
export function createOAuthPage(world: SlackWorld, choice: () => InstallChoice): Router {
  const router = Router();
  router.get('/oauth/v2/authorize', (request, response) => {
    const query = new URL(request.originalUrl, world.origin()).searchParams;
    const { decision, userId, redirectUrl, ...chosen } = choice();
    const given = query.get('redirect_uri');
    const back = given ?? redirectUrl;
    const teamId = query.get('team') ?? chosen.teamId;
    const problem =
      (query.get('client_id') !== world.settings.clientId && 'invalid_client_id') ||
      (!query.get('scope') && 'invalid_scope') ||
      (!back || !URL.canParse(back) ? 'bad_redirect_uri' : false) ||
      (!world.store.teams.has(teamId) && 'invalid_team_for_non_distributed_app');
    if (problem || !back) {
      response.status(400).type('text/plain').send(`Something went wrong when authorizing this app: ${problem}`);
      return;
    }
    const target = new URL(back);
    const state = query.get('state');
    if (state !== null) target.searchParams.set('state', state);
    if (decision === 'deny') {
      target.searchParams.set('error', 'access_denied');
    } else {
      const code = world.store.ids.secret();
      world.oauthCodes.set(code, {
        teamId,
        userId,
        scopes: (query.get('scope') ?? '').split(/[ ,]+/).filter(Boolean),
        ...(given && { redirectUri: given }),
        issuedAt: world.now(),
        used: false,
      });
      target.searchParams.set('code', code);
    }
    response.redirect(302, target.href);
  });
  return router;
}
