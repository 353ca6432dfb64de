import { type Clock, MINUTE } from '../core/time.ts';
import type { ReadinessCheck } from '../web/health.ts';
import type { OpenedStore } from './open-store.ts';

/** Whether commits survive a crash: asked at most once a minute, since a setting may be changed while we run. */
export interface DurabilityCheck extends ReadinessCheck {
  isDurable(): Promise<boolean>;
}

/** @param isAccepted the operator has chosen to run on an unsafe store, so that it does not stop traffic */
export function createDurabilityCheck(opened: OpenedStore, isAccepted: boolean, clock: Clock): DurabilityCheck {
  let last: { at: number; problems: string[] } | null = null;

  async function problems(): Promise<string[]> {
    if (last === null || clock() - last.at >= MINUTE) {
      last = { at: clock(), problems: await opened.durabilityProblems() };
    }
    return last.problems;
  }

  return {
    name: 'durability',
    isDurable: async () => (await problems()).length === 0,
    async check() {
      const found = await problems();
      if (found.length > 0 && !isAccepted) throw new Error(found.join(' '));
    },
  };
}
