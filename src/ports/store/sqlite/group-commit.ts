import type { DatabaseSync } from 'node:sqlite';

/**
 * An fsync costs milliseconds, in which nothing else runs: this many writes share one at most. They take about as long
 * together as it does; more would make the event loop wait too long.
 */
const MAX_JOBS = 128;

export interface GroupCommit {
  /**
   * Runs `job` within the next shared transaction. It must be synchronous and may touch nothing but the database.
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
 * Lets the writes of one tick share one transaction, each in a savepoint of its own, so that one that throws is undone
 * alone. Whatever a caller is told is on the disk: nobody is told before COMMIT.
 * @param onTransaction called after each COMMIT with the number of jobs in it
 */
export function createGroupCommit(
  database: DatabaseSync,
  describe: string,
  onTransaction: (jobs: number) => void,
): GroupCommit {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const savepoint = database.prepare('SAVEPOINT job');
  const release = database.prepare('RELEASE job');
  const undoJob = database.prepare('ROLLBACK TO job');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  const queue: Waiting[] = [];
  let scheduled: NodeJS.Immediate | null = null;
  let closed = false;

  function runJob(job: Waiting): () => void {
    savepoint.run();
    try {
      const tell = job.run();
      release.run();
      return tell;
    } catch (error) {
      // A full disk or a failing one may have undone the whole transaction: then nothing of it can be told as done.
      if (!database.isTransaction) throw error;
      undoJob.run();
      release.run();
      return () => job.reject(error);
    }
  }

  function runBatch(): void {
    const batch = queue.splice(0, MAX_JOBS);
    const told: (() => void)[] = [];
    try {
      if (database.isTransaction) rollback.run();
      begin.run();
      for (const job of batch) told.push(runJob(job));
      commit.run();
    } catch (error) {
      undo();
      for (const job of batch) job.reject(error);
      return;
    }
    for (const tell of told) tell();
    onTransaction(batch.length);
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
