import { type Account, openAccount } from '../account/account.ts';
import type { Decision } from '../account/decision.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { AccountCommit, Loaded, NewRow, Store, Topic } from '../store.ts';
import type { Clock } from '../time.ts';

/** What a rule is given: the account (null when there is none yet) and which of the keys asked for it has seen. */
export type Decide<Reply> = (account: Account | null, seen: ReadonlySet<string>) => Decision<Reply>;

/** The one way to an account: every change of a wallet goes through `run`. */
export interface Wallets {
  /**
   * Loads the account or recalls it, decides, and commits account and rows together; again from the start when somebody else
   * has committed meanwhile, or when nothing is to be committed to what was recalled. So `decide` may be asked more than once,
   * and changes nothing by itself. Resolves with the decision's reply once it is durable. Throws what `decide` throws, or the
   * store's error: then nothing was changed.
   * @param keys the dedupe keys that the decision looks at
   */
  run<Reply>(accountId: string, keys: readonly string[], decide: Decide<Reply>): Promise<Reply>;
  read(accountId: string): Promise<Account | null>;
}

interface Waiting {
  keys: readonly string[];
  decide: Decide<unknown>;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/** Decisions about one account that one commit may carry. */
const FOLD = 64;

/** Lost races before a commit is given up; each means that somebody else has got on. */
const MAX_CONFLICTS = 50;

export interface WalletsDeps {
  store: Store;
  clock: Clock;
  metrics: Metrics;
  log: Log;
  /** Rows of these topics were just committed: their workers need not wait for their next look. */
  onRows(topics: ReadonlySet<Topic>): void;
}

/** Commands for one account queue here and are folded into one commit. */
export function createWallets(deps: WalletsDeps): Wallets {
  const queues = new Map<string, Waiting[]>();

  async function drain(accountId: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, FOLD);
      try {
        await commitTogether(deps, accountId, batch);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
    queues.delete(accountId);
  }

  return {
    run<Reply>(accountId: string, keys: readonly string[], decide: Decide<Reply>): Promise<Reply> {
      return new Promise<Reply>((resolve, reject) => {
        const waiting: Waiting = { keys, decide, resolve: (reply) => resolve(reply as Reply), reject };
        const queue = queues.get(accountId);
        if (queue !== undefined) {
          queue.push(waiting);
          return;
        }
        const fresh = [waiting];
        queues.set(accountId, fresh);
        // What else is asked of it in this tick comes into the first commit too.
        queueMicrotask(() => void drain(accountId, fresh));
      });
    },
    async read(accountId) {
      const { document } = await deps.store.load(accountId, []);
      return document === null ? null : openAccount(document);
    },
  };
}

async function commitTogether(deps: WalletsDeps, accountId: string, batch: Waiting[]): Promise<void> {
  const keys = [...new Set(batch.flatMap((waiting) => waiting.keys))];
  // Nothing is recalled of seen keys.
  let recalled = keys.length === 0 ? await deps.store.recall(accountId) : null;
  for (let conflicts = 0; ; ) {
    const loaded = recalled ?? (await deps.store.load(accountId, keys));
    const folded = fold(accountId, loaded, batch, deps.clock());
    // Only a commit can tell that what was recalled is the newest: what commits nothing is decided again.
    const isDone = folded.commit === null ? recalled === null : await deps.store.commit(folded.commit);
    if (isDone) {
      announce(deps, folded);
      for (const settle of folded.answers) settle();
      return;
    }
    recalled = null;
    if (folded.commit === null) continue;
    conflicts += 1;
    deps.metrics.count('commit_conflicts');
    if (conflicts >= MAX_CONFLICTS)
      throw new Error(`expected to commit account ${accountId}, but others were quicker ${MAX_CONFLICTS} times`);
  }
}

interface Folded {
  commit: AccountCommit | null;
  decisions: Decision<unknown>[];
  answers: (() => void)[];
}

function fold(accountId: string, loaded: Loaded, batch: Waiting[], at: number): Folded {
  let account = loaded.document === null ? null : openAccount(loaded.document);
  let changed = false;
  const seen = new Set(loaded.seen);
  const decisions: Decision<unknown>[] = [];
  const answers: (() => void)[] = [];
  for (const waiting of batch) {
    try {
      const decision = waiting.decide(account, seen);
      if (decision.account !== null) {
        account = decision.account;
        changed = true;
      }
      for (const { key } of decision.seen ?? []) seen.add(key);
      decisions.push(decision);
      answers.push(() => waiting.resolve(decision.reply));
    } catch (error) {
      answers.push(() => waiting.reject(error));
    }
  }
  const written = decisions.filter((decision) => decision.account !== null);
  const commit: AccountCommit | null =
    account === null || !changed
      ? null
      : {
          accountId,
          expectedVersion: loaded.version,
          document: account,
          seen: written.flatMap((decision) => decision.seen ?? []),
          ...rowChanges(written),
          records: written.flatMap((decision) => decision.records ?? []),
          at,
        };
  return { commit, decisions, answers };
}

/** Of rows that one decision adds and a later one removes, nothing is written. */
function rowChanges(decisions: readonly Decision<unknown>[]): Pick<AccountCommit, 'rows' | 'removeRows'> {
  const added = new Map<string, NewRow>();
  const removed = new Set<string>();
  for (const decision of decisions) {
    for (const id of decision.removeRows ?? []) {
      added.delete(id);
      removed.add(id);
    }
    for (const row of decision.rows ?? []) added.set(row.id, row);
  }
  return { rows: [...added.values()], removeRows: [...removed] };
}

function announce(deps: WalletsDeps, folded: Folded): void {
  for (const { counts = [] } of folded.decisions) {
    for (const count of counts) {
      if ('labels' in count) deps.metrics.countBy(count.name, count.labels, count.by);
      else deps.metrics.count(count.name, count.by);
    }
  }
  for (const record of folded.commit?.records ?? []) {
    if (record.kind !== 'alert') continue;
    deps.metrics.count('alerts');
    deps.log.warn({ alert: record.body, id: record.id }, 'the operator should look at this');
  }
  const topics = new Set((folded.commit?.rows ?? []).map((row) => row.topic));
  if (topics.size > 0) deps.onRows(topics);
}
