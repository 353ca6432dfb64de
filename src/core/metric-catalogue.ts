/** A label's values; `null`: given at run time, and few (the models that are served). Never a member, workspace or account. */
type Labels = Readonly<Record<string, readonly string[] | null>>;

export interface MetricSpec {
  help: string;
  labels?: Labels;
}

export interface HistogramSpec extends MetricSpec {
  labels: Labels;
  /** Upper bounds, in seconds. */
  buckets: readonly number[];
}

/** Where an ask came from. */
const SOURCES = ['discord', 'slack', 'api'] as const;
const PLATFORMS = ['discord', 'slack'] as const;

const VENDORS = ['dodo', 'openai', 'discord', 'slack'] as const;
/** The faults of the ports: BillingFault, ModelFault and PlatformError's. */
const VENDOR_FAULTS = [
  'refused',
  'unauthorized',
  'rate_limited',
  'unavailable',
  'unanswered',
  'conflict',
  'too_long',
] as const;

/**
 * How an ask ended that was held.
 * - answered: to its end, or to the bound. stopped, cut, interrupted: something was shown before.
 * - free: the asker ended it with nothing to show, and it cost nothing. failed: the model gave nothing.
 */
const OUTCOMES = ['answered', 'stopped', 'cut', 'interrupted', 'free', 'failed'] as const;
export type AskOutcome = (typeof OUTCOMES)[number];

const REFUSALS = [
  'no_tokens',
  'balance_unconfirmed',
  'billing_silent',
  'daily_limit',
  'too_many_running',
  'too_many_a_minute',
  'space_busy',
  'paused',
  'closed',
  'prompt_empty',
  'prompt_too_long',
  /** The store could not be asked. */
  'unavailable',
] as const;

/** Counters, exposed as `tallybot_<name>_total`, each from 0 at the start of a process. */
export const COUNTERS = {
  asks_held: { help: 'Asks whose tokens were held' },
  asks_clamped: { help: 'Asks whose output bound was lowered to what the balance, the overage cap or the day allows' },
  asks_repeated: { help: 'Asks that the platform delivered again, and that were not begun again' },
  asks_settled: { help: 'Asks that ended after they were held', labels: { source: SOURCES, outcome: OUTCOMES } },
  asks_refused: { help: 'Asks that were not begun', labels: { source: SOURCES, reason: REFUSALS } },
  asks_abandoned: { help: 'Held asks of which nothing reached the model', labels: { source: SOURCES } },
  settles_repeated: { help: 'Settlements of asks that were settled before; nothing changed' },
  holds_lapsed: { help: 'Holds whose process was gone, settled by another' },
  streams_fenced: { help: 'Answers broken off since their lease had run out' },
  messages_unknown: { help: 'Interrupted answers whose message nobody can find' },
  tokens_charged: { help: 'Tokens charged to members', labels: { source: SOURCES, model: null } },
  tokens_beyond_hold: { help: 'Tokens the model used beyond the hold: the operator pays' },
  tokens_written_off: { help: 'Tokens used that Dodo did not deduct and never will' },
  tokens_foreign: { help: 'Tokens that something else deducted from our customers' },
  tokens_taken_back: { help: 'Tokens of refunded or disputed payments that were taken' },
  tokens_given_back: { help: 'Tokens given back after a dispute' },
  tokens_lost_to_refunds: { help: 'Tokens of refunded payments that were spent or had expired' },
  ledger_rows: { help: "Rows of Dodo's ledger that were applied" },
  ledger_rows_repeated: { help: "Rows of Dodo's ledger that came again" },
  ledger_rows_foreign: { help: "Rows of Dodo's ledger that meter the usage of something else" },
  ledger_gaps: { help: "Rows of Dodo's ledger that did not join on to the one before" },
  sweep_readings: { help: 'Ledgers that a sweep had read, since they differed from ours' },
  usage_accepted: { help: 'Usage events that Dodo took' },
  webhooks_received: { help: 'Webhooks of Dodo that were stored' },
  webhooks_repeated: { help: 'Webhooks of Dodo that came again' },
  webhooks_rejected: { help: 'Webhooks that Dodo had not signed' },
  webhooks_ignored: { help: 'Webhooks of Dodo that change nothing here' },
  notices: { help: 'Notices that members are to be told' },
  notices_sent: { help: 'Notices sent by DM' },
  notices_found: { help: 'Notices that an earlier attempt had delivered' },
  notices_refused: { help: "Notices kept for the member's next command" },
  dm_failures: {
    help: 'Attempts at a DM that failed',
    labels: { platform: PLATFORMS, fault: ['refused', 'rate_limited', 'unavailable', 'unanswered'] },
  },
  platform_faults: { help: 'Turns and closings that a platform did not let end' },
  vendor_errors: { help: 'Calls that a vendor did not carry out', labels: { vendor: VENDORS, kind: VENDOR_FAULTS } },
  dodo_calls: { help: 'Calls to Dodo', labels: { share: ['member', 'usage', 'reconcile'] } },
  dodo_calls_held_back: {
    help: 'Calls to Dodo that our own budget did not allow',
    labels: { share: ['member', 'usage', 'reconcile'] },
  },
  commit_conflicts: { help: 'Commits decided again, since another process was quicker' },
  dead_letters: { help: 'Rows that were given up' },
  alerts: { help: 'Things that the operator should look at; the log says what' },
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** Histograms, exposed as `tallybot_<name>`; all in seconds. */
export const HISTOGRAMS = {
  acknowledge_seconds: {
    help: 'From receiving a command or a press to the platform having taken the acknowledgement',
    labels: { platform: PLATFORMS },
    // Discord and Slack wait three seconds.
    buckets: [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 5],
  },
  first_text_seconds: {
    help: 'From an ask to the first visible text of its answer',
    labels: { source: SOURCES, model: null },
    buckets: [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 13, 21, 34, 60],
  },
  answer_seconds: {
    help: 'From an ask to its settlement, of answers with visible text',
    labels: { source: SOURCES, model: null },
    buckets: [0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 300, 600],
  },
  webhook_lag_seconds: {
    help: "From Dodo's timestamp of an event to its being applied",
    labels: { event: ['ledger_row', 'subscription', 'payment', 'refund', 'dispute'] },
    buckets: [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400],
  },
} as const satisfies Readonly<Record<string, HistogramSpec>>;
