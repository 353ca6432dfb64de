import type { WebhookEventType } from 'dodopayments/resources';
import type { VirtualClock } from './clock.ts';
import type { NewId } from './ids.ts';
import type { DodoStore } from './store.ts';
import type { DodoSwitches } from './switches.ts';

/** What each part of the simulator works on. */
export interface World {
  readonly store: DodoStore;
  readonly clock: VirtualClock;
  readonly newId: NewId;
  readonly switches: DodoSwitches;
  readonly businessId: string;
  readonly brandId: string;
  /** Where this simulator listens, without a slash at the end. */
  baseUrl(): string;
  /**
   * Queues a webhook for each endpoint that wants it.
   * @param payloadType the `payload_type` that stands in `data` on the wire
   * @param render makes `data` as it is at the moment of the call: documents say the body is the state at delivery
   */
  emit(type: WebhookEventType, payloadType: string, render: () => object): void;
}
