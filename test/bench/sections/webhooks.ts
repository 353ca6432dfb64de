import { Webhook } from 'standardwebhooks';
import { BENCH_ENTITLEMENT } from '../gate/wallets-for-bench.ts';
import { runLoad, type ServedFigures } from '../load/run-load.ts';
import { type BenchBot, startBot } from '../servers/bot.ts';
import { startProcess, startUpstream } from '../servers/start-process.ts';

/** The rows of Dodo's ledger that follow a tick of the meter: one for each member who has asked. */
const BURST = 6_000;
const MEMBERS = BURST;

/** Bursts that are measured. One comes before them, in which both servers mostly compile themselves. */
const BURSTS = 3;

/** The sender's own first requests are not measured. */
const WARM_UP = 500;

export interface WebhookFigures {
  verifyOnly: ServedFigures;
  ours: ServedFigures;
  ratio: number;
  /** From the first webhook of the burst until every row stands in its account. */
  appliedWithinSeconds: number;
}

/**
 * Webhooks verified, stored durably and acknowledged, against a route that only verifies. Both have a burst in turn.
 * @returns the burst whose ratio is the median
 */
export async function benchWebhooks(): Promise<WebhookFigures> {
  const upstream = await startUpstream();
  const bot = await startBot({ upstreamUrl: upstream.url, members: MEMBERS });
  const env = { DODO_PAYMENTS_WEBHOOK_KEY: bot.webhookSecret };
  const floor = await startProcess('servers/verify-only.ts', [], env);
  try {
    const bursts: WebhookFigures[] = [];
    for (let tick = 0; tick <= BURSTS; tick += 1) {
      const order = { requests: signedRows(bot, tick), count: BURST - WARM_UP, atOnce: 64, warmUp: WARM_UP };
      const verifyOnly = await runLoad(floor, order);
      const from = performance.now();
      const ours = await runLoad(bot, order);
      await untilApplied(bot);
      const appliedWithinSeconds = (performance.now() - from) / 1_000;
      if (tick > 0) bursts.push({ verifyOnly, ours, ratio: ours.aSecond / verifyOnly.aSecond, appliedWithinSeconds });
    }
    const [median] = bursts.sort((a, b) => a.ratio - b.ratio).slice(Math.floor(BURSTS / 2));
    if (median === undefined) throw new Error('expected a burst to have been measured');
    return median;
  } finally {
    await floor.close();
    await bot.close();
    await upstream.close();
  }
}

function signedRows(bot: BenchBot, tick: number) {
  const signer = new Webhook(bot.webhookSecret);
  const now = new Date();
  return Array.from({ length: BURST }, (_, member) => {
    const id = `msg_bench_${tick}_${member}`;
    const body = JSON.stringify(deduction(member, tick, now));
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': signer.sign(id, now, body),
    };
    return { path: '/webhooks/dodo', body, headers };
  });
}

/** Dodo, OpenAPI 1.113.0, `CreditLedgerEntry`. */
function deduction(member: number, tick: number, now: Date): object {
  const amount = 1_000;
  const before = 1_000_000_000_000 - tick * amount;
  const data = {
    payload_type: 'CreditLedgerEntry',
    id: `cdl_bench_${tick}_${member}`,
    amount: String(amount),
    balance_before: String(before),
    balance_after: String(before - amount),
    overage_before: '0',
    overage_after: '0',
    brand_id: 'brd_bench',
    business_id: 'bus_bench',
    created_at: now.toISOString(),
    credit_entitlement_id: BENCH_ENTITLEMENT,
    customer_id: `cus_member-${member}`,
    is_credit: false,
    metadata: {},
    transaction_type: 'credit_deducted',
    grant_id: null,
    description: null,
    reference_id: null,
    reference_type: null,
  };
  return { business_id: 'bus_bench', type: 'credit.deducted', timestamp: now.toISOString(), data };
}

/** The inbox is empty, and nothing became a dead letter. */
async function untilApplied(bot: BenchBot): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${bot.url}/metrics`)).text();
    const figure = (name: string) =>
      Number(new RegExp(`^tallybot_${name}\\{topic="inbox"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    if (figure('rows_dead') > 0) throw new Error(`expected no dead letters, got ${figure('rows_dead')}`);
    if (figure('rows_waiting') === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
