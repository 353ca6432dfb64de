import type { Log } from '../log.ts';
import type { Brakes } from '../operator/brakes.ts';
import type { ClosedTo, Place } from '../operator/places.ts';
import type { Store } from '../store.ts';
import { type Clock, MINUTE } from '../time.ts';
import type { DailyShare, DailyTokens } from './daily-tokens.ts';

/** Why the operator lets nobody, or not this member, or not here, ask at the moment. */
export type BrakeRefusal =
  | { reason: 'closed'; to: 'member' | 'place' }
  | { reason: 'paused'; why: string }
  | { reason: 'space_busy'; limit: number }
  | { reason: 'daily_limit' };

export interface Admitted {
  kind: 'admitted';
  share: DailyShare;
  /** To be called once, with what the ask holds; 0: it was refused or had begun before, and counts for nothing. */
  conclude(heldTokens: number): Promise<void>;
}

/** The operator's brakes, before any wallet is looked at. */
export interface Admission {
  /** @param mostTokens the most that the ask could hold. Throws when the store is down. */
  admit(place: Place, mostTokens: number): Promise<Admitted | { kind: 'refused'; refusal: BrakeRefusal }>;
}

export interface AdmissionDeps {
  closedTo: ClosedTo;
  brakes: Pick<Brakes, 'state'>;
  daily: DailyTokens;
  store: Pick<Store, 'increment'>;
  clock: Clock;
  log: Log;
  /** Asks that one server or workspace may begin in a minute; 0: no limit. */
  spaceAsksPerMinute: number;
}

export function createAdmission(deps: AdmissionDeps): Admission {
  const { closedTo, brakes, daily, spaceAsksPerMinute: limit } = deps;
  const refused = (refusal: BrakeRefusal) => ({ kind: 'refused', refusal }) as const;

  async function count({ by, space }: Place, asks: 1 | -1, minute: number): Promise<number> {
    const key = `space_asks:${by.platform}:${space}:${minute}`;
    return deps.store.increment(key, asks, (minute + 2) * MINUTE, deps.clock());
  }

  return {
    async admit(place, mostTokens) {
      const closed = closedTo(place);
      if (closed !== null) return refused({ reason: 'closed', to: closed });
      const pause = await brakes.state();
      if (pause !== null) return refused({ reason: 'paused', why: pause.reason });

      const minute = Math.floor(deps.clock() / MINUTE);
      const isCounted = limit > 0 && place.space !== null;
      const giveBack = async () => {
        if (!isCounted) return;
        await count(place, -1, minute).catch((error: unknown) => {
          deps.log.warn({ err: error }, 'an ask that did not begin stays counted for this minute');
        });
      };
      if (isCounted && (await count(place, 1, minute)) > limit) {
        await giveBack();
        return refused({ reason: 'space_busy', limit });
      }
      const share = await daily.claim(mostTokens);
      if (share === null) {
        await giveBack();
        await daily.tellSpent();
        return refused({ reason: 'daily_limit' });
      }
      return {
        kind: 'admitted',
        share,
        async conclude(heldTokens) {
          if (heldTokens === 0) await giveBack();
          await daily.correct(share.day, heldTokens - mostTokens);
        },
      };
    },
  };
}
