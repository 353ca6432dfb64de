import { SnowflakeUtil } from 'discord.js';
import type { Millis } from '../../core/time.ts';

/** @returns when Discord made an id (https://discord.com/developers/docs/reference#snowflakes); null for what is no such id */
export function snowflakeTime(id: string): Millis | null {
  return /^\d{17,20}$/.test(id) ? SnowflakeUtil.timestampFrom(id) : null;
}
