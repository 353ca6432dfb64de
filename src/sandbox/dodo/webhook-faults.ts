import type { WebhookEventType } from 'dodopayments/resources';

/** What is to go wrong with deliveries. All off by default, except what the vendor documents as normal. */
export interface WebhookFaults {
  /** Which events the faults touch; all without it. */
  only: ((type: WebhookEventType) => boolean) | null;
  /** Further deliveries of each message, under the same webhook-id. */
  duplicate: number;
  /** Order of due messages: as queued (null), or drawn by this function of numbers in [0, 1). */
  shuffle: (() => number) | null;
  /** Milliseconds of the virtual clock between a message's making and its first attempt. */
  delayMs: number;
  /** true: messages are lost, without a retry. */
  drop: boolean;
  /** Milliseconds the signed timestamp lies in the past. */
  staleByMs: number;
  /** true: the body changes after signing. */
  tamper: boolean;
  /**
   * true: the body shows the state at delivery ("the latest payload at the time of delivery",
   * https://docs.dodopayments.com/developer-resources/webhooks); false: the state when the event happened.
   */
  latestStateBody: boolean;
}

export function noFaults(): WebhookFaults {
  return {
    only: null,
    duplicate: 0,
    shuffle: null,
    delayMs: 0,
    drop: false,
    staleByMs: 0,
    tamper: false,
    latestStateBody: true,
  };
}

/** Fisher-Yates with the given randomness. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [result[last], result[other]];
    if (a === undefined || b === undefined) continue;
    result[last] = b;
    result[other] = a;
  }
  return result;
}
