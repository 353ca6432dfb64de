import { InteractionType } from 'discord-api-types/v10';
import type { World } from './world.ts';

/** The PING that Discord sends to an endpoint. */
export function pingPayload(world: World): object {
  return {
    app_permissions: '0',
    application_id: world.application.id,
    authorizing_integration_owners: {},
    entitlements: [],
    id: world.newId(),
    token: world.newToken(),
    type: InteractionType.Ping,
    version: 1,
  };
}
