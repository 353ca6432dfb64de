import type { Grant, LedgerRow } from '../../../src/core/dodo/billing.ts';
import { SECOND } from '../../../src/core/time.ts';
import { rowOf } from './bench.ts';

/** Rows are stamped with a coarse clock, so that many share one instant. */
const TICK_OF_STAMPS = 2 * SECOND;

interface ModelGrant extends Grant {
  expiresAt: number;
}

/** A vendor's credit ledger in small, written from its documents and not from our rules: what the properties are held against. */
export interface LedgerModel {
  readonly rows: LedgerRow[];
  /** Events taken, by id. */
  readonly events: Map<string, number>;
  /** Debits done, by idempotency key. */
  readonly debits: Map<string, number>;
  /** Ids of rows that took tokens away other than by use: expired, taken back. */
  readonly takenAway: Map<string, number>;
  granted(): number;
  balance(): number;
  grants(): Grant[];
  rowsSince(since: number | null): LedgerRow[];
  credit(amount: number, lifeMs: number): void;
  ingest(events: readonly { eventId: string; tokens: number }[]): void;
  /** The worker: what was ingested is deducted, one row for each grant; at zero it goes into overage or is dropped. */
  tick(): void;
  expire(): void;
  takeBack(amount: number): void;
  useElsewhere(amount: number): void;
  debit(key: string, amount: number): 'done' | 'repeated' | 'insufficient';
}

export function createLedgerModel(options: { now: () => number; overageLimit: number | null }): LedgerModel {
  const grants: ModelGrant[] = [];
  const model = { rows: [] as LedgerRow[], events: new Map<string, number>(), debits: new Map<string, number>() };
  const takenAway = new Map<string, number>();
  let overage = 0;
  let pending = 0;
  let granted = 0;

  const balance = () => grants.reduce((sum, grant) => sum + grant.remaining, 0);

  function write(type: string, amount: number, isCredit: boolean, grantId: string | null, change: () => void): string {
    const before = { balanceBefore: balance(), overageBefore: overage };
    change();
    const id = `row${model.rows.length}`;
    const createdAt = Math.floor(options.now() / TICK_OF_STAMPS) * TICK_OF_STAMPS;
    const after = { balanceAfter: balance(), overageAfter: overage };
    model.rows.push(rowOf({ id, type, amount, isCredit, grantId, createdAt, ...before, ...after }));
    return id;
  }

  /** Draws on the grants, the earliest to expire first. @returns what they did not cover */
  function draw(type: string, amount: number): number {
    let left = amount;
    for (const grant of [...grants].sort((a, b) => a.expiresAt - b.expiresAt)) {
      const part = Math.min(grant.remaining, left);
      if (part === 0) continue;
      left -= part;
      write(type, part, false, grant.id, () => {
        grant.remaining -= part;
      });
    }
    return left;
  }

  function use(amount: number): void {
    const left = draw('credit_deducted', amount);
    const over = options.overageLimit === null ? 0 : Math.min(left, options.overageLimit - overage);
    if (over <= 0) return;
    write('overage_charged', over, false, null, () => {
      overage += over;
    });
  }

  return {
    ...model,
    takenAway,
    granted: () => granted,
    balance,
    grants: () => grants.filter((grant) => grant.remaining > 0).map((grant) => ({ ...grant })),
    rowsSince: (since) => model.rows.filter((row) => since === null || row.createdAt >= since),
    credit(amount, lifeMs) {
      granted += amount;
      const grant = { id: `grant${grants.length}`, remaining: 0, expiresAt: options.now() + lifeMs };
      grants.push(grant);
      write('credit_added', amount, true, grant.id, () => {
        grant.remaining = amount;
      });
    },
    ingest(events) {
      for (const { eventId, tokens } of events) {
        if (model.events.has(eventId)) continue;
        model.events.set(eventId, tokens);
        pending += tokens;
      }
    },
    tick() {
      const amount = pending;
      pending = 0;
      use(amount);
    },
    expire() {
      for (const grant of grants.filter((one) => one.remaining > 0 && one.expiresAt <= options.now())) {
        const amount = grant.remaining;
        const id = write('credit_expired', amount, false, grant.id, () => {
          grant.remaining = 0;
        });
        takenAway.set(id, amount);
      }
    },
    takeBack(amount) {
      const first = model.rows.length;
      // Of a type that is never a debit of ours: one of the very same amount could not be told from it.
      draw('refund', amount);
      for (const row of model.rows.slice(first)) takenAway.set(row.id, row.amount);
    },
    useElsewhere: use,
    debit(key, amount) {
      if (model.debits.has(key)) return 'repeated';
      if (balance() < amount) return 'insufficient';
      model.debits.set(key, amount);
      write('credit_deducted', amount, false, null, () => {
        let left = amount;
        for (const grant of grants) {
          const part = Math.min(grant.remaining, left);
          grant.remaining -= part;
          left -= part;
        }
      });
      return 'done';
    },
  };
}
