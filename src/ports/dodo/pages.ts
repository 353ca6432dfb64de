import { z } from 'zod';
import { BillingError, type CallShare } from '../../core/dodo/billing.ts';
import type { Calls } from './calls.ts';

/** Dodo's largest page. */
const PAGE_SIZE = 100;

export interface PageQuery {
  page_number: number;
  page_size: number;
}

interface Listing<Item extends { id: string }> {
  name: string;
  share: CallShare;
  item: z.ZodType<Item>;
  send(page: PageQuery): { asResponse(): Promise<Response> };
}

/** @returns the first page only, at most 100 items */
export async function readFirstPage<Item extends { id: string }>(
  calls: Calls,
  listing: Listing<Item>,
): Promise<Item[]> {
  return readPage(calls, listing, 0);
}

/**
 * Reads all pages, counted from 0 as Dodo does (the SDK's own paging leaves out the second page). Items that move to a
 * later page while we read are taken once, by their id.
 * @throws BillingError, also when a full page brings nothing new: then the pages do not turn, and to stop would lose items.
 */
export async function readAllPages<Item extends { id: string }>(calls: Calls, listing: Listing<Item>): Promise<Item[]> {
  const found = new Map<string, Item>();
  for (let number = 0; ; number += 1) {
    const items = await readPage(calls, listing, number);
    const before = found.size;
    for (const item of items) found.set(item.id, item);
    if (items.length < PAGE_SIZE) return [...found.values()];
    if (found.size === before) {
      throw new BillingError('unanswered', `${listing.name}: expected new items on page ${number}, came none`);
    }
  }
}

/** @returns page `number`, counted from 0; at most 100 items */
export function readPage<Item extends { id: string }>(
  calls: Calls,
  listing: Listing<Item>,
  number: number,
): Promise<Item[]> {
  return calls.read({
    name: listing.name,
    share: listing.share,
    answer: z.object({ items: z.array(listing.item) }).transform((page) => page.items),
    // The SDK's own reading takes any answer without items for an empty page: rows would seem to be gone.
    send: async () => (await listing.send({ page_number: number, page_size: PAGE_SIZE }).asResponse()).json(),
  });
}
