import type { Metrics } from '../metrics.ts';
import type { Asks } from './ask.ts';

/** Counts the asks that were not begun, whoever refused them: the prompt, the operator, the wallet or the store. */
export function countRefusals(asks: Asks, metrics: Pick<Metrics, 'countBy'>): Asks {
  return {
    ...asks,
    async start(question) {
      const source = question.by.platform;
      try {
        const start = await asks.start(question);
        if (start.kind === 'refused') metrics.countBy('asks_refused', { source, reason: start.refusal.reason });
        return start;
      } catch (error) {
        metrics.countBy('asks_refused', { source, reason: 'unavailable' });
        throw error;
      }
    },
  };
}
