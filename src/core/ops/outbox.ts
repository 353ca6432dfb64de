import type { DeadLetter, Row, Topic } from '../store.ts';
import type { Op } from './op.ts';
import { limitOf, span, time } from './words.ts';

/** Without their bodies, which may hold what members wrote. */
function facts({ id, topic, accountId, dueAt, createdAt, attempts, lastError, waitsFor }: Row): object {
  return { id, topic, accountId, dueAt, createdAt, attempts, lastError, waitsFor: waitsFor ?? null };
}

function letterLine({ row, diedAt, error }: DeadLetter): string {
  return `  ${row.id} (${row.topic}, ${row.accountId ?? 'no account'}) died ${time(diedAt)} after ${row.attempts} attempts: ${error}`;
}

function rowLine(row: Row, now: number): string {
  const due = row.dueAt > now ? `due in ${span(row.dueAt - now)}` : `due for ${span(now - row.dueAt)}`;
  const waits = row.waitsFor === undefined ? '' : `, waits for ${row.waitsFor}`;
  const why = row.lastError === null ? '' : `: ${row.lastError}`;
  return `  ${row.id} (${row.accountId ?? 'no account'}) ${due}, ${row.attempts} attempts${waits}${why}`;
}

export const outbox: Op = {
  name: 'outbox',
  usage: '[topic] [--limit 20]',
  about: 'what waits to be done, for how long, and what was given up and why',
  changes: false,
  options: ['limit'],
  async run({ store, moment }, request) {
    const limit = limitOf(request);
    const { now } = moment();
    const topic = request.args[0] as Topic | undefined;
    const depths = (await store.depths()).toSorted((a, b) => a.topic.localeCompare(b.topic));
    const rows = topic === undefined ? [] : await store.waiting(topic, limit);
    const letters = (await store.deadLetters(10_000))
      .filter(({ row }) => topic === undefined || row.topic === topic)
      .slice(0, limit);
    return {
      facts: {
        topics: depths.map((depth) => ({
          ...depth,
          oldestAgeMs: depth.oldestCreatedAt === null ? null : now - depth.oldestCreatedAt,
        })),
        rows: rows.map(facts),
        deadLetters: letters.map(({ row, diedAt, error }) => ({ ...facts(row), diedAt, error })),
      },
      lines: [
        ...(depths.length === 0 ? ['Nothing waits, and nothing was given up.'] : []),
        ...depths.map(({ topic: name, waiting, oldestCreatedAt, dead }) => {
          const oldest = oldestCreatedAt === null ? '' : `, the oldest for ${span(now - oldestCreatedAt)}`;
          return `${name}: ${waiting} waiting${oldest}; ${dead} dead`;
        }),
        ...(rows.length === 0 ? [] : [`Waiting in ${topic}:`, ...rows.map((row) => rowLine(row, now))]),
        ...(letters.length === 0
          ? []
          : ['Dead letters, newest first (`replay <id>` tries one again):', ...letters.map(letterLine)]),
      ],
    };
  },
};
