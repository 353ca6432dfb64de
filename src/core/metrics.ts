import type { CountName } from './account/decision.ts';

/** Counters that the core raises besides those of decisions. */
export type EventName =
  | 'commit_conflicts'
  | 'webhooks_received'
  | 'webhooks_rejected'
  | 'webhooks_repeated'
  | 'webhooks_ignored'
  | 'dead_letters'
  | 'notices_sent'
  | 'notices_found'
  | 'notices_refused'
  | 'usage_accepted'
  | 'dodo_calls'
  | 'dodo_faults'
  | 'model_faults'
  | 'platform_faults'
  | 'holds_lapsed'
  | 'messages_unknown'
  | 'sweep_readings'
  | 'streams_fenced';

export interface Metrics {
  count(name: CountName | EventName, by?: number): void;
}
