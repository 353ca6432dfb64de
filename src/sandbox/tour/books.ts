import type { SimulatedWorld } from '../simulated-world.ts';

/** What Dodo knows of one customer. Tokens. */
export interface DodoBooks {
  granted: number;
  balance: number;
  overage: number;
  /** What its ledger took for usage, overage included. */
  deducted: number;
  /** Usage events by id, with their tokens. */
  events: Map<string, number>;
  rows: { id: string; type: string; amount: number; balanceAfter: number; overageAfter: number }[];
}

/** What takes tokens for usage: the meter, or the bot's own entry for a member without a plan. */
const TAKES = new Set(['credit_deducted', 'overage_charged', 'manual_adjustment']);

const EMPTY: DodoBooks = { granted: 0, balance: 0, overage: 0, deducted: 0, events: new Map(), rows: [] };

/** Reads the simulated Dodo's own store; the bot has no part in it. */
export function dodoBooks({ dodo, env }: SimulatedWorld, customerId: string | null): DodoBooks {
  if (customerId === null) return EMPTY;
  const entitlementId = env.CREDIT_ENTITLEMENT_ID ?? '';
  const balance = dodo.store.balance(customerId, entitlementId);
  const rows = dodo.store.ledger(customerId, entitlementId).map((row) => ({
    id: row.id,
    type: row.transaction_type,
    isCredit: row.is_credit,
    amount: Number(row.amount),
    balanceAfter: Number(row.balance_after),
    overageAfter: Number(row.overage_after),
  }));
  const sum = (amounts: { amount: number }[]) => amounts.reduce((total, { amount }) => total + amount, 0);
  const events = [...dodo.store.events.values()].filter(({ event }) => event.customer_id === customerId);
  return {
    granted: sum(rows.filter((row) => row.isCredit)),
    balance: Number(balance?.balance ?? 0),
    overage: Number(balance?.overage ?? 0),
    deducted: sum(rows.filter((row) => !row.isCredit && TAKES.has(row.type))),
    events: new Map(events.map(({ event }) => [event.event_id, Number(event.metadata?.tokens)])),
    rows,
  };
}
