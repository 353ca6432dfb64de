import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Metrics } from '../../core/metrics.ts';
import type { TopicDepth } from '../../core/store.ts';
import type { SweepReport } from '../../core/sweep/progress.ts';
import { createCounted } from './counted.ts';
import { createSweepGauges } from './sweep-gauges.ts';

export interface PrometheusMetrics extends Metrics {
  contentType: string;
  /** The figures in Prometheus' text format. */
  render(): Promise<string>;
}

export interface PrometheusSources {
  depths(): Promise<TopicDepth[]>;
  /** Asks that run in this process, and the tokens that they hold. */
  running(): { asks: number; heldTokens: number };
  /** Whether commits survive a crash of the store. */
  isDurable(): Promise<boolean>;
  /** What the last sweep over all balances found; null: there was none yet. */
  lastSweep(): Promise<SweepReport | null>;
  /** What `/readyz` looks at, and whether it passes. */
  ready(): Promise<ReadonlyMap<string, boolean>>;
  now(): number;
}

/**
 * The counters and histograms of the catalogue, and gauges that are read when they are asked for. While the store does
 * not tell its depths they are left out, and `tallybot_store_up` is 0.
 * @param models those that are served
 */
export function createPrometheusMetrics(sources: PrometheusSources, models: readonly string[]): PrometheusMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counted = createCounted(registry, { model: models });
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `tallybot_${name}`, help, labelNames, registers: [registry] });

  const running = gauge('asks_running', 'Asks that run in this process');
  const held = gauge('tokens_held', 'Tokens held by asks that run in this process');
  const open = gauge('holds_open', 'Holds of all processes, until their message is closed as well');
  const oldest = gauge('rows_oldest_seconds', 'Age of the oldest row that waits, by topic', 'topic');
  const dead = gauge('rows_dead', 'Dead letters, by topic', 'topic');
  const waiting = gauge('rows_waiting', 'Rows of inbox and outbox that wait, by topic', 'topic');
  const storeUp = gauge('store_up', 'Whether the store could be read just now');
  const durable = gauge('store_durable', 'Whether commits survive a crash of the store');
  const ready = gauge('ready', 'Whether a check of /readyz passes', 'check');
  const setSweep = createSweepGauges(registry, sources.now);

  /** Before anything is written: the registry collects its gauges side by side, and one could be written before it is set. */
  async function readSources(): Promise<void> {
    const [depths, isDurable, lastSweep, checks] = await Promise.all([
      sources.depths().catch(() => null),
      sources.isDurable().catch(() => false),
      sources.lastSweep().catch(() => null),
      sources.ready(),
    ]);
    setDepths(depths);
    durable.set(isDurable ? 1 : 0);
    setSweep(lastSweep);
    for (const [check, passes] of checks) ready.set({ check }, passes ? 1 : 0);
    const { asks, heldTokens } = sources.running();
    running.set(asks);
    held.set(heldTokens);
  }

  function setDepths(depths: TopicDepth[] | null): void {
    for (const one of [waiting, oldest, dead, open]) one.reset();
    storeUp.set(depths === null ? 0 : 1);
    if (depths === null) open.remove();
    else open.set(depths.find(({ topic }) => topic === 'lapse')?.waiting ?? 0);
    for (const { topic, ...depth } of depths ?? []) {
      waiting.set({ topic }, depth.waiting);
      dead.set({ topic }, depth.dead);
      oldest.set({ topic }, depth.oldestCreatedAt === null ? 0 : (sources.now() - depth.oldestCreatedAt) / 1000);
    }
  }

  return {
    ...counted,
    contentType: registry.contentType,
    async render() {
      await readSources();
      return registry.metrics();
    },
  };
}
