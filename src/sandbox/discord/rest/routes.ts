import { APPLICATION_ROUTES } from './application-routes.ts';
import { CHANNEL_ROUTES } from './channel-routes.ts';
import { GATEWAY_ROUTES } from './gateway-routes.ts';
import { INTERACTION_ROUTES } from './interaction-routes.ts';
import type { RestRoute } from './route.ts';
import { USER_ROUTES } from './user-routes.ts';

/** Every route that the simulator has; `coverage.ts` names the tests of each. */
export const DISCORD_ROUTES: readonly RestRoute[] = [
  ...APPLICATION_ROUTES,
  ...USER_ROUTES,
  ...CHANNEL_ROUTES,
  ...INTERACTION_ROUTES,
  ...GATEWAY_ROUTES,
];
