import type { NewRecord, StoredRecord } from '../store.ts';
import type { OpsDeps, OpsRequest } from './op.ts';

/** The audit log of the operator is the history of an account of its own, which is nobody's wallet. */
const OPERATOR = 'operator';

/** Lost races before a line is given up. */
const MOST_TRIES = 20;

/** One change by an operator. */
export interface AuditLine {
  by: string;
  command: string;
  /** What it was done to. */
  on: string;
  facts: object;
}

/** Writes who did what to the operator's log; durable when it resolves. */
export async function writeAudit(
  { store, moment, newId }: Pick<OpsDeps, 'store' | 'moment' | 'newId'>,
  { by, command }: Pick<OpsRequest, 'by' | 'command'>,
  on: string,
  facts: object,
): Promise<void> {
  const at = moment().now;
  const body: AuditLine = { by, command, on, facts };
  const record: NewRecord = { kind: 'audit', id: `ops:${newId()}`, at, body };
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { version } = await store.load(OPERATOR, []);
    const isWritten = await store.commit({
      accountId: OPERATOR,
      expectedVersion: version,
      document: { kind: 'operator' },
      seen: [],
      rows: [],
      removeRows: [],
      records: [record],
      at,
    });
    if (isWritten) return;
  }
  throw new Error(`expected to write to the audit log, but others were quicker ${MOST_TRIES} times`);
}

/** Newest first. */
export function readAudit({ store }: Pick<OpsDeps, 'store'>, limit: number): Promise<StoredRecord[]> {
  return store.records(OPERATOR, 'audit', limit);
}
