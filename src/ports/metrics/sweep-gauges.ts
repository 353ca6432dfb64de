import { Gauge, type Registry } from 'prom-client';
import type { SweepReport } from '../../core/sweep/progress.ts';

/**
 * The drift: how Dodo's balances and ours differed at the last sweep.
 * @returns sets the gauges from what the store says of the last sweep; null: none was finished, or it cannot be read
 */
export function createSweepGauges(registry: Registry, now: () => number): (last: SweepReport | null) => void {
  const registers = [registry];
  const startedAt = now();
  const tokens = new Gauge({
    name: 'tallybot_drift_tokens',
    help: 'Sum of the differences between the balances at Dodo and ours at the last sweep, usage on its way left out',
    registers,
  });
  const accounts = new Gauge({
    name: 'tallybot_drift_accounts',
    help: 'Accounts whose balance at Dodo differed from ours at the last sweep',
    registers,
  });
  const unsettled = new Gauge({
    name: 'tallybot_unsettled_tokens',
    help: "Tokens used that Dodo's ledger does not show yet, of all customers, at the last sweep",
    registers,
  });
  const strangers = new Gauge({
    name: 'tallybot_customers_unknown',
    help: 'Customers with a balance at Dodo that are no account of ours, at the last sweep',
    registers,
  });
  const age = new Gauge({
    name: 'tallybot_sweep_age_seconds',
    help: 'Time since the last sweep over all balances was finished, or since this process started',
    registers,
  });
  return (last) => {
    tokens.set(last?.tokens ?? 0);
    accounts.set(last?.accounts ?? 0);
    unsettled.set(last?.unsettled ?? 0);
    strangers.set(last?.strangers ?? 0);
    age.set(Math.max(0, now() - (last?.finishedAt ?? startedAt)) / 1000);
  };
}
