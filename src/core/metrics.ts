import type { COUNTERS, HISTOGRAMS, MetricSpec } from './metric-catalogue.ts';

type Labelled<Specs> = { [Name in keyof Specs]: Specs[Name] extends { labels: object } ? Name : never }[keyof Specs];
type LabelsOf<Spec extends MetricSpec> = Spec extends { labels: infer Labels }
  ? { [Label in keyof Labels]: Labels[Label] extends readonly (infer Value)[] ? Value : string }
  : never;

export type LabelledCounter = Labelled<typeof COUNTERS>;
export type PlainCounter = Exclude<keyof typeof COUNTERS, LabelledCounter>;
export type CounterLabels<Name extends LabelledCounter> = LabelsOf<(typeof COUNTERS)[Name]>;
export type HistogramName = keyof typeof HISTOGRAMS;
export type HistogramLabels<Name extends HistogramName> = LabelsOf<(typeof HISTOGRAMS)[Name]>;

/** Where the program counts what happens; the names and labels are those of the catalogue and no others. */
export interface Metrics {
  count(name: PlainCounter, by?: number): void;
  countBy<Name extends LabelledCounter>(name: Name, labels: CounterLabels<Name>, by?: number): void;
  /** @param seconds clocks may be set back: below zero counts as zero */
  observe<Name extends HistogramName>(name: Name, labels: HistogramLabels<Name>, seconds: number): void;
}

/** For programs that nobody watches. */
export const unwatched: Metrics = { count() {}, countBy() {}, observe() {} };
