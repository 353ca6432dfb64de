import { BillingError } from '../core/dodo/billing.ts';

/** Calls that one flush may spend on finding bad events; the next flush goes on. */
const MOST_CALLS = 30;

export interface HalvingResult<Item> {
  accepted: Item[];
  /** Refused alone, while others were taken: the fault is in the item. */
  refused: { item: Item; why: string }[];
  /** Not known yet, or the fault is not theirs. */
  waiting: Item[];
  fault: BillingError | null;
}

/**
 * Sends items together; a refused batch is halved down to single items, so that a bad one blocks no other.
 * A fault that hits every single item tried is not the items', and any fault but a refusal stops the sending: all wait.
 */
export async function sendHalving<Item>(
  items: readonly Item[],
  send: (part: readonly Item[]) => Promise<void>,
): Promise<HalvingResult<Item>> {
  const result: HalvingResult<Item> = { accepted: [], refused: [], waiting: [], fault: null };
  const parts: (readonly Item[])[] = items.length === 0 ? [] : [items];
  let calls = 0;
  while (parts.length > 0) {
    const part = parts.shift() ?? [];
    if (result.fault !== null || calls >= MOST_CALLS) {
      result.waiting.push(...part);
      continue;
    }
    calls += 1;
    const fault = await attempt(part, send);
    if (fault === null) result.accepted.push(...part);
    else if (fault.fault !== 'refused' && fault.fault !== 'conflict') {
      result.fault = fault;
      result.waiting.push(...part);
    } else if (part.length > 1) {
      const middle = Math.ceil(part.length / 2);
      parts.push(part.slice(0, middle), part.slice(middle));
    } else {
      result.refused.push(...part.map((item) => ({ item, why: fault.message })));
    }
  }
  if (result.accepted.length > 0 || result.refused.length === 0) return result;
  const [first] = result.refused;
  return {
    accepted: [],
    refused: [],
    waiting: [...result.refused.map(({ item }) => item), ...result.waiting],
    fault: result.fault ?? new BillingError('refused', first?.why ?? 'every event was refused'),
  };
}

async function attempt<Item>(
  part: readonly Item[],
  send: (part: readonly Item[]) => Promise<void>,
): Promise<BillingError | null> {
  try {
    await send(part);
    return null;
  } catch (error) {
    if (error instanceof BillingError) return error;
    throw error;
  }
}
