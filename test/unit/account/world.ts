import fc from 'fast-check';
import { decideDebitInsufficient, decideDebitIntent, decideDebitSent } from '../../../src/core/account/debit.ts';
import { decideReading, keysOfRows, type LedgerReading, readLedgerSince } from '../../../src/core/account/ledger.ts';
import type { Receipt } from '../../../src/core/account/receipt.ts';
import { decideRelease } from '../../../src/core/account/settle.ts';
import {
  decideAccepted,
  decideRefused,
  decideSending,
  isSent,
  type SentUsage,
} from '../../../src/core/account/usage.ts';
import type { UsageEvent } from '../../../src/core/dodo/billing.ts';
import { MINUTE, SECOND } from '../../../src/core/time.ts';
import { type Bench, createBench, subscriptionTo } from './bench.ts';
import { createLedgerModel, type LedgerModel } from './ledger-model.ts';

/** Anything that may happen to one account, in any order. Indexes choose among what there is. */
export type Happening =
  | { what: 'hold'; input: number; output: number }
  | {
      what: 'settle';
      index: number;
      input: number;
      output: number;
      visible: boolean;
      how: 'complete' | 'stopped' | 'cut';
    }
  | { what: 'release' | 'lapse'; index: number }
  | { what: 'credit'; amount: number; minutes: number }
  | { what: 'take back' | 'use elsewhere'; amount: number }
  | { what: 'flush'; outcome: 'accepted' | 'lost' | 'answer lost' | 'refused one' }
  | { what: 'debit'; outcome: 'answered' | 'lost' | 'answer lost' }
  | { what: 'deliver'; index: number }
  | { what: 'tick' | 'expire' | 'begin reading' | 'end reading' | 'plan starts' | 'plan ends' }
  | { what: 'wait'; ms: number };

const index = fc.nat(1_000);

/** What happens, drawn at random. @param parts which kinds, by weight in place of the usual one */
export function happenings(parts: Partial<Record<Happening['what'], number>> = {}): fc.Arbitrary<Happening[]> {
  const what = <W extends Happening['what']>(name: W) => fc.record({ what: fc.constant(name) });
  const kinds: Record<Happening['what'], [number, fc.Arbitrary<Happening>]> = {
    hold: [10, fc.record({ what: fc.constant('hold'), input: fc.nat(200), output: fc.integer({ min: 1, max: 600 }) })],
    settle: [
      6,
      fc.record({
        what: fc.constant('settle'),
        index,
        input: fc.nat(200),
        output: fc.nat(500),
        visible: fc.constantFrom(true, true, true, false),
        how: fc.constantFrom('complete', 'stopped', 'cut'),
      }),
    ],
    release: [1, fc.record({ what: fc.constant('release'), index })],
    lapse: [1, fc.record({ what: fc.constant('lapse'), index })],
    credit: [
      2,
      fc.record({
        what: fc.constant('credit'),
        amount: fc.integer({ min: 1, max: 2_000 }),
        minutes: fc.integer({ min: 1, max: 60 }),
      }),
    ],
    'take back': [1, fc.record({ what: fc.constant('take back'), amount: fc.nat(500) })],
    'use elsewhere': [1, fc.record({ what: fc.constant('use elsewhere'), amount: fc.nat(200) })],
    flush: [
      4,
      fc.record({
        what: fc.constant('flush'),
        outcome: fc.constantFrom('accepted', 'accepted', 'lost', 'answer lost', 'refused one'),
      }),
    ],
    debit: [3, fc.record({ what: fc.constant('debit'), outcome: fc.constantFrom('answered', 'lost', 'answer lost') })],
    deliver: [10, fc.record({ what: fc.constant('deliver'), index })],
    tick: [4, what('tick')],
    expire: [2, what('expire')],
    'begin reading': [2, what('begin reading')],
    'end reading': [2, what('end reading')],
    'plan starts': [2, what('plan starts')],
    'plan ends': [1, what('plan ends')],
    wait: [
      3,
      fc.record({
        what: fc.constant('wait'),
        ms: fc.constantFrom(10, SECOND, 30 * SECOND, 30 * SECOND, 4 * MINUTE, 16 * MINUTE),
      }),
    ],
  };
  const weighted = Object.entries(kinds).map(([name, [weight, arbitrary]]) => ({
    weight: parts[name as Happening['what']] ?? weight,
    arbitrary,
  }));
  return fc.array(fc.oneof(...weighted.filter(({ weight }) => weight > 0)), {
    minLength: 30,
    maxLength: 120,
    size: 'max',
  });
}

/** One account among a ledger, its workers and everything that may go wrong between them. */
export interface World {
  bench: Bench;
  dodo: LedgerModel;
  /** Rows that reached the account, by webhook or reading. */
  delivered: Set<string>;
  /** Events that were refused for good. */
  refused: Map<string, number>;
  run(happening: Happening): void;
  receipts(): Receipt[];
  charged(): number;
  held(): number;
  writtenOff(): number;
  wasPro(): boolean;
  /** Everything that can still be delivered and done, is. */
  drain(): void;
}

export const OVERAGE_CAP = 2_000;

/** @param options `funds`: granted and read before anything else happens */
export function createWorld(options: { plan: 'starter' | 'pro'; funds?: number } = { plan: 'starter' }): World {
  const bench = createBench({ rules: { overageCapCents: 1, maxAsksPerAccount: 8 } });
  const limit = options.plan === 'pro' ? OVERAGE_CAP : null;
  const dodo = createLedgerModel({ now: () => bench.dodoNow, overageLimit: limit });
  const delivered = new Set<string>();
  const refused = new Map<string, number>();
  let asks = 0;
  let ids = 0;
  let wasPro = false;
  let reading: LedgerReading | null = null;

  const pick = <T>(items: readonly T[], at: number): T | undefined => items[items.length === 0 ? 0 : at % items.length];

  function beginReading(): LedgerReading {
    const rows = dodo.rowsSince(readLedgerSince(bench.account)).reverse();
    return { seq: bench.account.reconcile.requested, rows, grants: dodo.grants(), startedAt: bench.now };
  }

  function endReading(read: LedgerReading): void {
    const seen = new Set(keysOfRows(read.rows).filter((key) => bench.seen.has(key)));
    bench.apply(decideReading(bench.account, read, seen, bench.rules, bench.moment()));
    for (const row of read.rows) delivered.add(row.id);
  }

  function flush(outcome: 'accepted' | 'lost' | 'answer lost' | 'refused one'): void {
    const waiting = bench.rowsOf('usage').map((row) => row.body as UsageEvent | SentUsage);
    const fresh = waiting.filter((usage) => !isSent(usage));
    const sent = waiting.filter(isSent);
    ids += 1;
    if (fresh.length > 0) {
      const leaseUntil = bench.now + MINUTE;
      sent.push(...bench.apply(decideSending(bench.account, fresh, new Set(), `batch${ids}`, leaseUntil, bench.now)));
    }
    if (sent.length === 0 || outcome === 'lost') return;
    // What was taken once is not refused: only its answer was lost.
    const first = outcome === 'refused one' ? sent.find((event) => !dodo.events.has(event.eventId)) : undefined;
    if (first !== undefined) {
      bench.apply(decideRefused(bench.account, first));
      bench.rows.delete(`usage:${first.eventId}:sent`);
      refused.set(first.eventId, first.tokens);
    }
    const taken = sent.filter((event) => event !== first);
    dodo.ingest(taken);
    if (outcome !== 'answer lost') bench.apply(decideAccepted(bench.account, taken, bench.now));
  }

  function debit(outcome: 'answered' | 'lost' | 'answer lost'): void {
    if (bench.rowsOf('debit').length === 0) return;
    ids += 1;
    const step = bench.apply(decideDebitIntent(bench.account, `debit${ids}`, bench.now));
    if (step.kind !== 'send' || outcome === 'lost') return;
    const answer = dodo.debit(step.id, step.tokens);
    if (outcome === 'answer lost') return;
    if (answer !== 'insufficient') bench.apply(decideDebitSent(bench.account, step.id, bench.now));
    else {
      endReading(beginReading());
      bench.apply(decideDebitInsufficient(bench.account, step.id, bench.now));
    }
  }

  function run(happening: Happening): void {
    switch (happening.what) {
      case 'hold': {
        asks += 1;
        bench.hold(`ask${asks}`, { inputTokens: happening.input, wantedOutputTokens: happening.output });
        return;
      }
      case 'settle': {
        const askId = pick(bench.account.holds, happening.index)?.askId ?? `ask${happening.index}`;
        const { input: inputTokens, output: outputTokens, visible, how: ending } = happening;
        bench.settle(askId, { usage: { inputTokens, outputTokens, cachedTokens: 0 }, visible, ending });
        return;
      }
      case 'lapse': {
        const askId = pick(bench.account.holds, happening.index)?.askId;
        if (askId !== undefined) bench.settle(askId, { ending: 'interrupted', countedBy: 'us' });
        return;
      }
      case 'release': {
        const askId = pick(bench.account.holds, happening.index)?.askId ?? 'none';
        bench.apply(decideRelease(bench.account, askId));
        return;
      }
      case 'deliver': {
        const row = pick(dodo.rows, happening.index);
        if (row === undefined) return;
        bench.deliver(row);
        delivered.add(row.id);
        return;
      }
      case 'begin reading': {
        reading = beginReading();
        return;
      }
      case 'end reading': {
        if (reading !== null) endReading(reading);
        reading = null;
        return;
      }
      case 'plan starts': {
        bench.account.subscriptions = [subscriptionTo(options.plan)];
        wasPro = options.plan === 'pro';
        return;
      }
      case 'plan ends': {
        bench.account.subscriptions = [];
        return;
      }
      case 'credit':
        dodo.credit(happening.amount, happening.minutes * MINUTE);
        return;
      case 'take back':
        dodo.takeBack(happening.amount);
        return;
      case 'use elsewhere':
        dodo.useElsewhere(happening.amount);
        return;
      case 'flush':
        flush(happening.outcome);
        return;
      case 'debit':
        debit(happening.outcome);
        return;
      case 'tick':
        dodo.tick();
        return;
      case 'expire':
        dodo.expire();
        return;
      case 'wait':
        bench.advance(happening.ms);
        return;
    }
  }

  function receipts(): Receipt[] {
    return bench.records.filter((record) => record.kind === 'ask').map((record) => record.body as Receipt);
  }

  if (options.funds !== undefined) {
    dodo.credit(options.funds, 20 * MINUTE);
    endReading(beginReading());
  }
  return {
    bench,
    dodo,
    delivered,
    refused,
    run,
    receipts,
    charged: () => receipts().reduce((sum, receipt) => sum + receipt.charged, 0),
    held: () => bench.account.holds.reduce((sum, hold) => sum + hold.tokens, 0),
    writtenOff: () => bench.count('tokens_written_off'),
    wasPro: () => wasPro,
    drain() {
      for (const hold of [...bench.account.holds]) bench.settle(hold.askId, { ending: 'interrupted' });
      for (let round = 0; round < 4; round += 1) {
        flush('accepted');
        debit('answered');
        dodo.tick();
        endReading(beginReading());
        bench.advance(16 * MINUTE);
      }
      endReading(beginReading());
    },
  };
}
