import type { DatabaseSync } from 'node:sqlite';

/**
 * An fsync costs milliseconds, in which nothing else runs: this many writes share one at most. They take about as long
 * together as it does; more would make the event loop wait too long.
 */
const MAX_JOBS = 128;

export interface GroupCommit {
  /**
   * Runs `job` within the next shared transaction. It must be synchronous and may touch nothing but the database, since
   * it may be undone and run again; what is remembered of the database it may forget, since nobody reads before COMMIT.
   * @returns what the job returned, once that is on the disk; rejects with what it threw, or when the commit failed
   */
  write<T>(job: () => T): Promise<T>;
  /** Commits what waits and refuses everything after. */
  close(): void;
}

interface Waiting {
  /** @returns how to tell the caller, once the transaction is committed */
  run(): () => void;
  reject(error: unknown): void;
}

/**
 * Lets the writes of one tick share one transaction. One that throws is undone alone: the transaction begins again
 * without it, which is rare and so costs less than a savepoint around each. Whatever a caller is told is on the disk:
 * nobody is told before COMMIT.
 * @param onTransaction called after each COMMIT with the number of jobs in it
 */
export function createGroupCommit(
  database: DatabaseSync,
  describe: string,
  onTransaction: (jobs: number) => void,
): GroupCommit {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  const queue: Waiting[] = [];
  let scheduled: NodeJS.Immediate | null = null;
  let closed = false;

  /** @returns how to tell each caller, once the transaction is committed; null: one threw, was told so, and is out of the batch */
  function runJobs(batch: Waiting[]): (() => void)[] | null {
    const told: (() => void)[] = [];
    for (const [index, job] of batch.entries()) {
      try {
        told.push(job.run());
      } catch (error) {
        batch.splice(index, 1);
        job.reject(error);
        return null;
      }
    }
    return told;
  }

  function runBatch(): void {
    const batch = queue.splice(0, MAX_JOBS);
    let told: (() => void)[] | null = null;
    try {
      while (told === null && batch.length > 0) {
        if (database.isTransaction) rollback.run();
        begin.run();
        told = runJobs(batch);
      }
      if (told !== null) commit.run();
      else if (database.isTransaction) rollback.run();
    } catch (error) {
      undo();
      for (const job of batch) job.reject(error);
      return;
    }
    for (const tell of told ?? []) tell();
    if (batch.length > 0) onTransaction(batch.length);
  }

  function undo(): void {
    try {
      if (database.isTransaction) rollback.run();
    } catch {
      // The callers are told the first error; the next batch tries the rollback again.
    }
  }

  function schedule(): void {
    scheduled ??= setImmediate(() => {
      scheduled = null;
      runBatch();
      if (queue.length > 0) schedule();
    });
  }

  return {
    write: (job) =>
      new Promise((resolve, reject) => {
        if (closed) throw new Error(`${describe} is closed`);
        queue.push({
          run: () => {
            const value = job();
            return () => resolve(value);
          },
          reject,
        });
        schedule();
      }),
    close: () => {
      closed = true;
      if (scheduled) clearImmediate(scheduled);
      while (queue.length > 0) runBatch();
    },
  };
}
