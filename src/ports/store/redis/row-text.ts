import type { DeadLetter, Millis, NewRow, Row, Topic } from '../../../core/store.ts';
import { asText, padded, wellFormed } from './values.ts';

/**
 * A row as Redis keeps it: due, created and arrival, 16 digits each, attempts, 8 digits, and the topic; then a line each
 * for what it waits for, its last error and its account, as JSON or empty; then its body.
 */
const CREATED = 16;
const ARRIVAL = 32;
const ATTEMPTS = 48;
const TOPIC = 56;

/** Of a dead letter, which begins with its death. */
const LETTER = 16;

/** @returns what the scripts take for a new row: id, times, and what follows on its arrival */
export function writeRow(row: NewRow, createdAt: Millis): [string, string, string] {
  const waitsFor = row.waitsFor === undefined ? '' : writeText(row.waitsFor);
  const account = row.accountId === null ? '' : writeText(row.accountId);
  return [
    wellFormed(row.id),
    padded(row.dueAt) + padded(createdAt),
    `00000000${row.topic}\n${waitsFor}\n\n${account}\n${JSON.stringify(row.body)}`,
  ];
}

/** @returns a text without line ends, the same for the same text */
export function writeText(text: string): string {
  return JSON.stringify(wellFormed(text));
}

/** Reads what a script answered of a row. @throws TypeError when it is no text */
export function readRow(id: unknown, row: unknown): Row {
  const text = asText(row);
  let from = TOPIC;
  const line = (): string => {
    const end = text.indexOf('\n', from);
    const found = text.slice(from, end);
    from = end + 1;
    return found;
  };
  const [topic, waitsFor, lastError, account] = [line(), line(), line(), line()];
  return {
    id: asText(id),
    topic: topic as Topic,
    accountId: readText(account),
    dueAt: Number(text.slice(0, CREATED)),
    createdAt: Number(text.slice(CREATED, ARRIVAL)),
    attempts: Number(text.slice(ATTEMPTS, TOPIC)),
    lastError: readText(lastError),
    body: JSON.parse(text.slice(from)),
    ...(waitsFor === '' ? {} : { waitsFor: JSON.parse(waitsFor) }),
  };
}

/** Reads what a script answered of a dead letter. @throws TypeError when it is no text */
export function readLetter(id: unknown, letter: unknown): DeadLetter {
  const text = asText(letter);
  const row = readRow(id, text.slice(LETTER));
  return { row, diedAt: Number(text.slice(0, LETTER)), error: row.lastError ?? '' };
}

function readText(line: string): string | null {
  return line === '' ? null : JSON.parse(line);
}
