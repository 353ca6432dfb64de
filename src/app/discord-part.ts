import { createDiscordGateway } from '../platform/discord/discord-gateway.ts';
import { createDiscordHttp } from '../platform/discord/discord-http.ts';
import { connected, editing, type PlatformDeps, type PlatformPart } from './platform-part.ts';

/** @returns null when Discord is not configured */
export function createDiscordPart(deps: PlatformDeps): PlatformPart | null {
  const { config, secret, chat } = deps;
  const { clock, log } = deps.outside;
  if (config.discord === null || secret.discordToken === null) return null;
  const options = { ...config.discord, token: secret.discordToken, chat, clock, log, ...editing(deps.overrides) };
  if (options.transport === 'gateway') {
    return connected(createDiscordGateway({ ...options, onFatal: deps.onFatal }), deps);
  }
  const platform = createDiscordHttp(options);
  return { ...platform, routers: [platform.router], lease: null };
}
