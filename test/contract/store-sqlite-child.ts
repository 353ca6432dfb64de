import { setImmediate as nextTick } from 'node:timers/promises';
import { createSqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { commitOf } from './store-harness.ts';

/**
 * A process that commits to a store without end and says on its output what came of each commit, for tests that
 * end it: `node store-sqlite-child.ts <path> <kilobytes per document>`.
 */
const [path = '', kilobytes = '1'] = process.argv.slice(2);
const store = await createSqliteStore({ path, now: () => 0 });
const filler = 'x'.repeat(Number(kilobytes) * 1024);
process.stdout.write('open\n');

let refused = 0;
for (let n = 0; refused < 3; n += 10) {
  const commits = Array.from({ length: 10 }, async (_, i) => {
    const id = `${n + i}`;
    try {
      await store.commit(
        commitOf({
          accountId: id,
          document: { filler },
          seen: [{ key: id, expiresAt: 1 }],
          records: [{ kind: 'ask', id, at: 0, body: {} }],
        }),
      );
      process.stdout.write(`done ${id}\n`);
    } catch {
      process.stdout.write(`refused ${id}\n`);
      refused += 1;
    }
  });
  await Promise.all(commits);
  await nextTick();
}
process.stdout.write(`${(await store.load('0', [])).version} is still read\n`);
