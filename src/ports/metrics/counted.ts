import { Counter, Histogram, type Registry } from 'prom-client';
import { COUNTERS, HISTOGRAMS, type HistogramSpec, type MetricSpec } from '../../core/metric-catalogue.ts';
import type { HistogramName, LabelledCounter, Metrics, PlainCounter } from '../../core/metrics.ts';

/** Values of the labels that the catalogue leaves open. */
export type OpenLabels = Readonly<Record<string, readonly string[]>>;

type AnyLabels = Record<string, string>;

/**
 * Every counter and histogram of the catalogue, under `tallybot_`. Each series that is known beforehand stands at 0 from
 * the start: Prometheus' `rate` and `increase` do not see a series that begins at 1.
 */
export function createCounted(registry: Registry, open: OpenLabels): Metrics {
  const registers = [registry];
  const counters = new Map<PlainCounter | LabelledCounter, Counter>();
  for (const [name, spec] of entriesOf<PlainCounter | LabelledCounter, MetricSpec>(COUNTERS)) {
    const labelNames = Object.keys(spec.labels ?? {});
    const counter = new Counter({ name: `tallybot_${name}_total`, help: spec.help, labelNames, registers });
    for (const labels of combinations(spec, open)) counter.inc(labels, 0);
    counters.set(name, counter);
  }
  const histograms = new Map<HistogramName, Histogram>();
  for (const [name, spec] of entriesOf<HistogramName, HistogramSpec>(HISTOGRAMS)) {
    const { help, buckets } = spec;
    const labelNames = Object.keys(spec.labels);
    const histogram = new Histogram({ name: `tallybot_${name}`, help, labelNames, buckets: [...buckets], registers });
    for (const labels of combinations(spec, open)) histogram.zero(labels);
    histograms.set(name, histogram);
  }
  return {
    count: (name, by = 1) => counters.get(name)?.inc(by),
    countBy: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    observe: (name, labels, seconds) => histograms.get(name)?.observe(labels, Math.max(0, seconds)),
  };
}

function entriesOf<Name extends string, Spec>(specs: Readonly<Record<Name, Spec>>): [Name, Spec][] {
  return Object.entries(specs) as [Name, Spec][];
}

/** Every series of a metric, as far as its labels' values are known. */
function combinations({ labels = {} }: MetricSpec, open: OpenLabels): AnyLabels[] {
  return Object.entries(labels).reduce<AnyLabels[]>(
    (sofar, [label, values]) =>
      sofar.flatMap((others) => (values ?? open[label] ?? []).map((value) => ({ ...others, [label]: value }))),
    [{}],
  );
}
