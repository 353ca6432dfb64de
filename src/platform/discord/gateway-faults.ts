import { DiscordjsError, DiscordjsErrorCodes, GatewayCloseCodes } from 'discord.js';

const PAGE = 'https://discord.com/developers/applications, your application';

/**
 * What to do about the close codes after which Discord must not be called again.
 * Source: Discord, Opcodes and Status Codes, "Gateway Close Event Codes", where "Reconnect" is false.
 */
const CURES: ReadonlyMap<number, string> = new Map([
  [
    GatewayCloseCodes.AuthenticationFailed,
    `does not accept the bot's token. Make a new one at ${PAGE}, page "Bot", button "Reset Token", put it where the old one stands (DISCORD_TOKEN) and start again`,
  ],
  [
    GatewayCloseCodes.InvalidShard,
    'does not accept the number of the shard. The bot asks Discord for the numbers when it starts: start it again, and update it if that does not help',
  ],
  [
    GatewayCloseCodes.ShardingRequired,
    'asks for more shards than the bot has, since it is on more servers than when it started: start it again, it takes the number from Discord',
  ],
  [
    GatewayCloseCodes.InvalidAPIVersion,
    'no longer speaks this version of its gateway. Update the bot and discord.js in it',
  ],
  [
    GatewayCloseCodes.InvalidIntents,
    'does not know the intents that the bot asks for. Update the bot and discord.js in it',
  ],
  [
    GatewayCloseCodes.DisallowedIntents,
    `does not allow the intents that the bot asks for. This bot needs none of the privileged ones; if it was changed to ask for one, switch that one on at ${PAGE}, page "Bot", section "Privileged Gateway Intents", and start again`,
  ],
]);

/** Discord refuses for good; the message says what to do. */
export class GatewayFault extends Error {
  override name = 'GatewayFault';
}

/** The fault with its cure, or null for a code after which discord.js connects again by itself. */
export function fatalFault(closeCode: number): GatewayFault | null {
  const cure = CURES.get(closeCode);
  return cure === undefined ? null : new GatewayFault(`Discord ${cure} (close code ${closeCode}).`);
}

/** The same for what discord.js throws when it logs in. */
export function fatalLoginFault(error: unknown): GatewayFault | null {
  const isToken = error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid;
  return isToken ? fatalFault(GatewayCloseCodes.AuthenticationFailed) : null;
}
