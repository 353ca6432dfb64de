import type { Connection } from './connection.ts';
import type { Session } from './session.ts';

/** How often clients came, since the start or the last reset. */
export interface GatewayCounts {
  connections: number;
  /** Connections that an outage prevented. */
  refused: number;
  identifies: number;
  resumes: number;
  /** Identifies that were answered with a new session. */
  sessions: number;
  /** Events that were sent again after a resume. */
  replayed: number;
}

/** Everything that the gateway remembers, and its settings. */
export interface GatewayState {
  readonly sessions: Map<string, Session>;
  readonly connections: Set<Connection>;
  counts: GatewayCounts;
  /** When a rate limit key was last identified, on the clock of rate limits. */
  readonly identifiedAt: Map<number, number>;
  settings: GatewaySettings;
}

/** What a test may change at any time. */
export interface GatewaySettings {
  /** The privileged intents that the app's page allows, as a bit set; none at first. */
  privilegedIntents: number;
  /** How many shards Discord recommends, and asks for at the least. */
  requiredShards: number;
  /** Identifies left today. */
  startsLeft: number;
  /** Close codes that the next identifies are answered with, in this order. */
  refuseIdentify: number[];
  /** Heartbeats are not acknowledged. */
  dropHeartbeats: boolean;
  /** `cut` ends every connection before it is made, `hang` leaves it unanswered. */
  outage: 'cut' | 'hang' | null;
  /** A mention of the bot's role lets it read the message, as one of the bot does; Discord does not say whether it is so. */
  roleMentionsAreRead: boolean;
}

export function freshSettings(): GatewaySettings {
  return {
    privilegedIntents: 0,
    requiredShards: 1,
    startsLeft: STARTS_A_DAY,
    refuseIdentify: [],
    dropHeartbeats: false,
    outage: null,
    roleMentionsAreRead: false,
  };
}

/** Source: Discord, Gateway, "Get Gateway Bot" and "Session Start Limit Object". */
export const STARTS_A_DAY = 1_000;
export const MAX_CONCURRENCY = 1;

export function freshCounts(): GatewayCounts {
  return { connections: 0, refused: 0, identifies: 0, resumes: 0, sessions: 0, replayed: 0 };
}
