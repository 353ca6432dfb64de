import type { Millis, NewRow, Row, Topic } from '../../../core/store.ts';
import { asText, padded, wellFormed } from './values.ts';

/** A row as Redis keeps it, its body apart: see `ROW_FUNCTIONS`. */
interface RowText {
  t: Topic;
  a?: string;
  d: string;
  c: string;
  n: number;
  w?: string;
  e?: string;
  x?: string;
}

/** @returns what the scripts take for a new row: id, row, body */
export function writeRow(row: NewRow, createdAt: Millis): [string, string, string] {
  const text: RowText = {
    t: row.topic,
    ...(row.accountId === null ? {} : { a: wellFormed(row.accountId) }),
    d: padded(row.dueAt),
    c: padded(createdAt),
    n: 0,
    ...(row.waitsFor === undefined ? {} : { w: wellFormed(row.waitsFor) }),
  };
  return [wellFormed(row.id), JSON.stringify(text), JSON.stringify(row.body)];
}

/** Reads what a script answered of a row. @throws TypeError when it is no text */
export function readRow(id: unknown, row: unknown, body: unknown): Row {
  const { t, a, d, c, n, w, e } = JSON.parse(asText(row)) as RowText;
  return {
    id: asText(id),
    topic: t,
    accountId: a ?? null,
    dueAt: Number(d),
    createdAt: Number(c),
    attempts: n,
    lastError: e ?? null,
    body: JSON.parse(asText(body)),
    ...(w === undefined ? {} : { waitsFor: w }),
  };
}

/** @returns when a row that is a dead letter died */
export function readDeath(row: unknown): Millis {
  return Number((JSON.parse(asText(row)) as RowText).x);
}
