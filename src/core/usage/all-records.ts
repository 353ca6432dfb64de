import type { Store, StoredRecord } from '../store.ts';

/** Records in one look at the store, which is not to keep others waiting. */
const PAGE = 250;

/** Every record of a kind, a page at a time, newest first. One that is rewritten meanwhile keeps its place. */
export async function* allRecords(
  store: Pick<Store, 'records'>,
  accountId: string,
  kind: string,
): AsyncGenerator<StoredRecord[]> {
  for (let last: string | undefined; ; ) {
    const page = await store.records(accountId, kind, PAGE, last);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    last = page.at(-1)?.id;
  }
}
