import { type APIApplicationCommand, ApplicationCommandType, InteractionContextType } from 'discord-api-types/v10';
import { GLOBAL_COMMANDS } from '../rest/application-routes.ts';
import type { SimGuild, World } from '../world.ts';

/**
 * The command that a member's client offers at a place. While the app has registered none at all, any name goes.
 * @throws Error when the app has commands, but not this one here
 */
export function findCommand(world: World, name: string, guild: SimGuild | null): APIApplicationCommand | null {
  const { commands } = world.store;
  if ([...commands.values()].every((list) => list.length === 0)) return null;
  const offered = [...(guild ? (commands.get(guild.id) ?? []) : []), ...(commands.get(GLOBAL_COMMANDS) ?? [])];
  const context = guild ? InteractionContextType.Guild : InteractionContextType.BotDM;
  const command = offered.find(
    ({ name: candidate, type, contexts }) =>
      candidate === name && type === ApplicationCommandType.ChatInput && (contexts?.includes(context) ?? true),
  );
  if (command) return command;
  throw new Error(
    `expected a registered command, got /${name}; there are ${offered.map((one) => `/${one.name}`).join(', ')}`,
  );
}
