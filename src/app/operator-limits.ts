import type { Config } from '../config/config.ts';
import { type Admission, createAdmission } from '../core/asks/admission.ts';
import { createDailyTokens, type DailyTokens } from '../core/asks/daily-tokens.ts';
import type { Metrics } from '../core/metrics.ts';
import { createBrakes } from '../core/operator/brakes.ts';
import { type ClosedTo, createClosedTo } from '../core/operator/places.ts';
import type { Outside } from './outside.ts';

/** What the operator has closed, paused and limited. */
export interface OperatorLimits {
  closedTo: ClosedTo;
  daily: DailyTokens;
  admission: Admission;
}

export function createOperatorLimits(
  { store, clock, log }: Pick<Outside, 'store' | 'clock' | 'log'>,
  config: Pick<Config, 'places' | 'dailyTokenLimit' | 'workspaceAsksPerMinute'>,
  metrics: Metrics,
): OperatorLimits {
  const closedTo = createClosedTo(config.places);
  const daily = createDailyTokens({ store, clock, log, metrics, limit: config.dailyTokenLimit });
  const brakes = createBrakes(store, clock);
  const spaceAsksPerMinute = config.workspaceAsksPerMinute;
  return {
    closedTo,
    daily,
    admission: createAdmission({ closedTo, brakes, daily, store, clock, log, spaceAsksPerMinute }),
  };
}
