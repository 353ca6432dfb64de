import { noFaults, type WebhookFaults } from '../dodo/webhook-faults.ts';

/** What the page lets go wrong with Dodo's webhooks. */
export interface ShownFaults {
  duplicate: boolean;
  shuffle: boolean;
  /** Ten seconds. */
  delay: boolean;
  drop: boolean;
  /** Signed ten minutes ago. */
  stale: boolean;
  tamper: boolean;
}

const DELAY_MS = 10_000;
const STALE_MS = 10 * 60_000;

export function shownFaults(faults: WebhookFaults): ShownFaults {
  return {
    duplicate: faults.duplicate > 0,
    shuffle: faults.shuffle !== null,
    delay: faults.delayMs > 0,
    drop: faults.drop,
    stale: faults.staleByMs > 0,
    tamper: faults.tamper,
  };
}

/** Sets the faults that are named. @throws Error for a name that is none, or a value other than true and false */
export function setFaults(faults: WebhookFaults, wanted: Record<string, unknown>): void {
  const names = Object.keys(shownFaults(noFaults()));
  for (const [name, value] of Object.entries(wanted)) {
    if (!names.includes(name)) throw new Error(`expected one of ${names.join(', ')}, got ${name}`);
    if (typeof value !== 'boolean') throw new Error(`expected ${name} to be true or false, got ${typeof value}`);
  }
  const next = { ...shownFaults(faults), ...wanted };
  faults.duplicate = next.duplicate ? 1 : 0;
  faults.shuffle = next.shuffle ? Math.random : null;
  faults.delayMs = next.delay ? DELAY_MS : 0;
  faults.drop = next.drop;
  faults.staleByMs = next.stale ? STALE_MS : 0;
  faults.tamper = next.tamper;
}
