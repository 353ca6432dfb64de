import { GatewayCloseCodes, GatewayIntentBits } from 'discord-api-types/v10';
import { isObject } from '../rules/json.ts';
import type { GatewaySettings } from './state.ts';

/** What an accepted identify says. */
export interface Identity {
  shard: number;
  shardCount: number;
  intents: number;
}

/** Source: Discord, Gateway, "List of Intents" and "Privileged Intents". */
const ALL_INTENTS = Object.values(GatewayIntentBits).reduce<number>(
  (all, bit) => (typeof bit === 'number' ? all | bit : all),
  0,
);
const PRIVILEGED = GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences | GatewayIntentBits.MessageContent;

/** Reads the data of an identify; a number is the close code that it is refused with. */
export function readIdentify(data: unknown, token: string, settings: GatewaySettings): Identity | number {
  if (!isObject(data) || !isObject(data.properties)) return GatewayCloseCodes.DecodeError;
  if (data.token !== token) return GatewayCloseCodes.AuthenticationFailed;
  const { intents } = data;
  if (typeof intents !== 'number' || !Number.isInteger(intents) || intents < 0) return GatewayCloseCodes.InvalidIntents;
  if ((intents & ~ALL_INTENTS) !== 0) return GatewayCloseCodes.InvalidIntents;
  if ((intents & PRIVILEGED & ~settings.privilegedIntents) !== 0) return GatewayCloseCodes.DisallowedIntents;
  const [shard, shardCount] = Array.isArray(data.shard) ? data.shard : [0, 1];
  if (!Number.isInteger(shard) || !Number.isInteger(shardCount) || shard < 0 || shard >= shardCount) {
    return GatewayCloseCodes.InvalidShard;
  }
  if (shardCount < settings.requiredShards) return GatewayCloseCodes.ShardingRequired;
  return { shard, shardCount, intents };
}
