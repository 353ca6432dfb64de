import type { APIApplicationCommand } from 'discord-api-types/v10';
import { DiscordApiError } from '../api-error.ts';
import { checkCommands } from '../rules/commands.ts';
import { isObject, type JsonObject } from '../rules/json.ts';
import type { World } from '../world.ts';
import { plainBucket, type RestContext, type RestReply, type RestRoute } from './route.ts';

/** The key of the global commands in the store. */
export const GLOBAL_COMMANDS = 'global';

/** The app itself and its commands. */
export const APPLICATION_ROUTES: readonly RestRoute[] = [
  {
    method: 'get',
    path: '/applications/@me',
    auth: 'bot',
    bucket: plainBucket('application-get'),
    answer: ({ world }) => ({ status: 200, body: applicationObject(world) }),
  },
  {
    method: 'patch',
    path: '/applications/@me',
    auth: 'bot',
    bucket: plainBucket('application-edit'),
    async answer({ world, body }) {
      const url = isObject(body) ? body.interactions_endpoint_url : undefined;
      if (typeof url === 'string' && url !== '' && !(await world.verifyEndpoint(url))) {
        const message = 'The specified interactions endpoint url could not be verified.';
        const fault = { code: 'APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID', message };
        throw new DiscordApiError(50035, { interactions_endpoint_url: { _errors: [fault] } });
      }
      if (url !== undefined) world.application.interactionsUrl = typeof url === 'string' && url !== '' ? url : null;
      return { status: 200, body: applicationObject(world) };
    },
  },
  ...(['get', 'put'] as const).flatMap((method): RestRoute[] => [
    {
      method,
      path: '/applications/:applicationId/commands',
      auth: 'bot',
      bucket: plainBucket(`commands-${method}`),
      answer: (context) => commands(context, method, GLOBAL_COMMANDS),
    },
    {
      method,
      path: '/applications/:applicationId/guilds/:guildId/commands',
      auth: 'bot',
      bucket: plainBucket(`guild-commands-${method}`),
      answer(context) {
        const guild = context.world.store.guilds.get(context.params.guildId ?? '');
        if (!guild) throw new DiscordApiError(10004);
        if (!guild.botInstalled) throw new DiscordApiError(50001);
        return commands(context, method, guild.id);
      },
    },
  ]),
];

function applicationObject({ application }: World): JsonObject {
  const { id, name, bot, interactionsUrl, settings } = application;
  return {
    id,
    name,
    icon: null,
    description: '',
    bot,
    bot_public: settings.botPublic,
    bot_require_code_grant: settings.requiresCodeGrant,
    verify_key: application.publicKey,
    flags: settings.flags,
    interactions_endpoint_url: interactionsUrl,
    integration_types_config: Object.fromEntries(settings.integrationTypes.map((type) => [type, {}])),
  };
}

function commands({ world, params, body }: RestContext, method: 'get' | 'put', scope: string): RestReply {
  if (params.applicationId !== world.application.id) throw new DiscordApiError(20012);
  if (method === 'put') {
    const before = world.store.commands.get(scope) ?? [];
    const fresh = checkCommands(body).map((command) => register(world, command, scope, before));
    world.store.commands.set(scope, fresh);
  }
  return { status: 200, body: world.store.commands.get(scope) ?? [] };
}

/** A command keeps its id as long as its name and type stay. */
function register(
  world: World,
  command: JsonObject,
  scope: string,
  before: APIApplicationCommand[],
): APIApplicationCommand {
  const { name, type = 1 } = command;
  const same = before.find((other) => other.name === name && other.type === type);
  const fields = {
    description: '',
    default_member_permissions: null,
    nsfw: false,
    ...(scope === GLOBAL_COMMANDS ? { integration_types: [0], contexts: null } : { guild_id: scope }),
    ...command,
    type,
    id: same?.id ?? world.newId(),
    application_id: world.application.id,
    version: world.newId(),
  };
  return asCommand(fields);
}

/** A command that has passed `checkCommands` has the shape that Discord's own types name. */
function asCommand(fields: JsonObject): APIApplicationCommand {
  return fields as unknown as APIApplicationCommand;
}
