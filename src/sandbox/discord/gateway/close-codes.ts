import { GatewayCloseCodes as Code } from 'discord-api-types/v10';

/**
 * What Discord says beside each close code.
 * Source: Discord, Opcodes and Status Codes, "Gateway Close Event Codes".
 */
const REASONS: ReadonlyMap<number, string> = new Map([
  [Code.UnknownError, 'Unknown error.'],
  [Code.UnknownOpcode, 'Unknown opcode.'],
  [Code.DecodeError, 'Error while decoding payload.'],
  [Code.NotAuthenticated, 'Not authenticated.'],
  [Code.AuthenticationFailed, 'Authentication failed.'],
  [Code.AlreadyAuthenticated, 'Already authenticated.'],
  [Code.InvalidSeq, 'Invalid seq.'],
  [Code.RateLimited, 'You are being rate limited.'],
  [Code.SessionTimedOut, 'Session timed out.'],
  [Code.InvalidShard, 'Invalid shard.'],
  [Code.ShardingRequired, 'Sharding required.'],
  [Code.InvalidAPIVersion, 'Invalid API version.'],
  [Code.InvalidIntents, 'Invalid intent(s).'],
  [Code.DisallowedIntents, 'Disallowed intent(s).'],
]);

/** The text that goes with a close code; empty for one that Discord has no text for. */
export function closeReason(code: number): string {
  return REASONS.get(code) ?? '';
}

/** After these the client may not resume its session. */
export function endsSession(code: number): boolean {
  return code === 1_000 || code === 1_001 || code === Code.InvalidSeq || code === Code.SessionTimedOut;
}
