import type { Moment } from '../account/rules.ts';
import type { HistogramLabels, Metrics } from '../metrics.ts';
import { type Millis, SECOND } from '../time.ts';

/** Notes how long the asker waited: for the first visible text, and for the whole of an answer that had any. */
export interface AnswerWatch {
  /** Visible text was passed on; every time but the first does nothing. */
  shown(): void;
  settled(): void;
}

export function createAnswerWatch(
  deps: { metrics: Pick<Metrics, 'observe'>; moment(): Moment },
  labels: HistogramLabels<'answer_seconds'>,
  askedAt: Millis,
): AnswerWatch {
  let isShown = false;
  const elapsed = () => (deps.moment().now - askedAt) / SECOND;
  return {
    shown() {
      if (isShown) return;
      isShown = true;
      deps.metrics.observe('first_text_seconds', labels, elapsed());
    },
    settled() {
      if (isShown) deps.metrics.observe('answer_seconds', labels, elapsed());
    },
  };
}
