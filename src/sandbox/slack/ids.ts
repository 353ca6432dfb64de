import type { AnyBlock } from '@slack/types';

/** Makes ids of Slack's shape, the same ones in the same order on every run. */
export interface SlackIds {
  /** For example `id('U')` gives `U0SIM00001`. */
  id(prefix: string): string;
  /** A message's timestamp, unique: seconds, a dot and six digits. `nowMs` in milliseconds. */
  ts(nowMs: number): string;
  /** A number that only grows, to tell what came first within one millisecond. */
  sequence(): number;
  /** An opaque secret, for tokens, codes and response URLs. */
  secret(): string;
}

export function createSlackIds(): SlackIds {
  let counter = 0;
  let lastMicros = 0;
  let sequence = 0;
  return {
    id(prefix) {
      counter += 1;
      return `${prefix}0SIM${counter.toString(36).toUpperCase().padStart(5, '0')}`;
    },
    ts(nowMs) {
      lastMicros = Math.max(Math.trunc(nowMs) * 1000, lastMicros + 1);
      return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
    },
    sequence() {
      sequence += 1;
      return sequence;
    },
    secret() {
      counter += 1;
      return `simsecret${counter.toString(36).padStart(15, '0')}`;
    },
  };
}

/** Slack gives every block an id when the sender did not. */
export function withBlockIds(blocks: readonly AnyBlock[], ids: SlackIds): AnyBlock[] {
  return blocks.map((block) => (block.block_id ? block : { ...block, block_id: ids.id('b') }));
}
