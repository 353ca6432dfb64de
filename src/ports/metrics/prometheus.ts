import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Metrics } from '../../core/metrics.ts';
import type { TopicDepth } from '../../core/store.ts';

export interface PrometheusMetrics extends Metrics {
  contentType: string;
  /** The figures in Prometheus' text format. */
  render(): Promise<string>;
}

export interface PrometheusSources {
  depths(): Promise<TopicDepth[]>;
  runningAsks(): number;
  now(): number;
}

/** Counters by their names in the core, prefixed `tallybot_`; depths are read when they are asked for. */
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
  new Gauge({
    name: 'tallybot_rows_waiting',
    help: 'Rows of inbox and outbox that wait, by topic',
    labelNames: ['topic'],
    registers,
    async collect() {
      const depths = await sources.depths();
      for (const gauge of [this, oldest, dead]) gauge.reset();
      for (const depth of depths) {
        const labels = { topic: depth.topic };
        this.set(labels, depth.waiting);
        dead.set(labels, depth.dead);
        const age = depth.oldestCreatedAt === null ? 0 : (sources.now() - depth.oldestCreatedAt) / 1000;
        oldest.set(labels, age);
      }
    },
  });

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
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
