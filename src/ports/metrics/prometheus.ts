import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Metrics } from '../../core/metrics.ts';
import type { TopicDepth } from '../../core/store.ts';
import type { SweepReport } from '../../core/sweep/progress.ts';
import { createSweepGauges } from './sweep-gauges.ts';

export interface PrometheusMetrics extends Metrics {
  contentType: string;
  /** The figures in Prometheus' text format. */
  render(): Promise<string>;
}

export interface PrometheusSources {
  depths(): Promise<TopicDepth[]>;
  runningAsks(): number;
  /** Whether commits survive a crash of the store. */
  isDurable(): Promise<boolean>;
  /** What the last sweep over all balances found; null: there was none yet. */
  lastSweep(): Promise<SweepReport | null>;
  now(): number;
}

/**
 * Counters by their names in the core, prefixed `tallybot_`; depths are read when they are asked for. While the store
 * does not tell them they are left out, and `tallybot_store_up` is 0.
 */
export function createPrometheusMetrics(sources: PrometheusSources): PrometheusMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const registers = [registry];

  new Gauge({
    name: 'tallybot_asks_running',
    help: 'Asks that run in this process',
    registers,
    collect() {
      this.set(sources.runningAsks());
    },
  });
  const oldest = new Gauge({
    name: 'tallybot_rows_oldest_seconds',
    help: 'Age of the oldest row that waits, by topic',
    labelNames: ['topic'],
    registers,
  });
  const dead = new Gauge({
    name: 'tallybot_rows_dead',
    help: 'Dead letters, by topic',
    labelNames: ['topic'],
    registers,
  });
  const waiting = new Gauge({
    name: 'tallybot_rows_waiting',
    help: 'Rows of inbox and outbox that wait, by topic',
    labelNames: ['topic'],
    registers,
  });
  const storeUp = new Gauge({ name: 'tallybot_store_up', help: 'Whether the store could be read just now', registers });

  const durable = new Gauge({
    name: 'tallybot_store_durable',
    help: 'Whether commits survive a crash of the store',
    registers,
  });
  const setSweep = createSweepGauges(registry, sources.now);

  /** Before anything is written: the registry collects its gauges side by side, and one could be written before it is set. */
  async function readDepths(): Promise<void> {
    const depths = await sources.depths().catch(() => null);
    for (const gauge of [waiting, oldest, dead]) gauge.reset();
    storeUp.set(depths === null ? 0 : 1);
    durable.set((await sources.isDurable().catch(() => false)) ? 1 : 0);
    setSweep(await sources.lastSweep().catch(() => null));
    for (const depth of depths ?? []) {
      const labels = { topic: depth.topic };
      waiting.set(labels, depth.waiting);
      dead.set(labels, depth.dead);
      oldest.set(labels, depth.oldestCreatedAt === null ? 0 : (sources.now() - depth.oldestCreatedAt) / 1000);
    }
  }

  return {
    contentType: registry.contentType,
    async render() {
      await readDepths();
      return registry.metrics();
    },
    count(name, by = 1) {
      let counter = counters.get(name);
      if (counter === undefined) {
        counter = new Counter({ name: `tallybot_${name}_total`, help: name.replaceAll('_', ' '), registers });
        counters.set(name, counter);
      }
      counter.inc(by);
    },
  };
}
