import type { Store } from '../store.ts';
import { type Clock, MINUTE, type Millis, SECOND } from '../time.ts';

/** A Stop that was pressed in another process than the one that streams: the two meet in the store. */
export interface StopRequests {
  request(askId: string): Promise<void>;
  isRequested(askId: string): Promise<boolean>;
}

/** How soon a streamer sees a request from another process. */
export const LOOK_FOR_STOP_EVERY: Millis = SECOND;

/** Longer than any ask runs. */
const REQUEST_LIFE: Millis = 15 * MINUTE;

/** A request is a lease that the asker has and the streamer would like: it expires by itself and costs one small row. */
export function createStopRequests(store: Store, clock: Clock): StopRequests {
  return {
    async request(askId) {
      await store.lease(`stop:${askId}`, 'asker', REQUEST_LIFE, clock());
    },
    isRequested: async (askId) => !(await store.lease(`stop:${askId}`, 'streamer', 0, clock())),
  };
}
