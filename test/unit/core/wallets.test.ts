import { describe, expect, it } from 'vitest';
import { type Account, newAccount } from '../../../src/core/account/account.ts';
import type { Decision } from '../../../src/core/account/decision.ts';
import type { NewRow, Store } from '../../../src/core/store.ts';
import type { Decide } from '../../../src/core/wallets/wallets.ts';
import { ann, NOW } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

/** Counts up in a field of the document. */
function countUp(extra: Partial<Decision<number>> = {}): Decide<number> {
  return (account) => {
    const before = account ?? newAccount('acc', ann, NOW);
    const waiting = before.metered.waiting + 1;
    return { account: { ...before, metered: { ...before.metered, waiting } }, reply: waiting, ...extra };
  };
}

function rowOf(id: string, body: object = {}): NewRow {
  return { id, topic: 'usage', accountId: 'acc', dueAt: NOW, body };
}

function claimed(stage: Stage) {
  return stage.store.claim({ topic: 'usage', limit: 10, leaseMs: 1_000, now: stage.now });
}

describe('commands for one account', () => {
  it('are folded into few commits, each seeing what those before it did', async () => {
    await using stage = await openStage();
    const wallets = stage.wallets();
    const replies = await Promise.all(Array.from({ length: 200 }, () => wallets.run('acc', [], countUp())));
    expect(replies).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect((await wallets.read('acc'))?.metered.waiting).toBe(200);
    expect((await stage.store.load('acc', [])).version).toBeLessThanOrEqual(6);
    expect(stage.counted('commit_conflicts')).toBe(0);
  });

  it('lose nothing when two processes commit to one store', async () => {
    await using stage = await openStage();
    const processes = [stage.wallets(), stage.wallets(), stage.wallets()];
    const runs = Array.from({ length: 150 }, (_, index) => processes[index % 3]?.run('acc', [], countUp()));
    const replies = await Promise.all(runs);
    expect((await stage.wallets().read('acc'))?.metered.waiting).toBe(150);
    expect(new Set(replies).size).toBe(150);
  });

  it('are decided again from the newest document when somebody else was quicker', async () => {
    await using stage = await openStage();
    const other = stage.wallets();
    let interferences = 3;
    const racing: Store = {
      ...stage.store,
      commit: async (commit) => {
        if (interferences > 0) {
          interferences -= 1;
          await other.run('acc', [], countUp());
        }
        return stage.store.commit(commit);
      },
    };
    expect(await stage.wallets(racing).run('acc', [], countUp())).toBe(4);
    expect(stage.counted('commit_conflicts')).toBe(3);
  });

  it('are given up when others are quicker every time, and nothing was changed', async () => {
    await using stage = await openStage();
    const losing: Store = { ...stage.store, commit: async () => false };
    await expect(stage.wallets(losing).run('acc', [], countUp())).rejects.toThrow('others were quicker 50 times');
    expect(await stage.wallets().read('acc')).toBeNull();
  });

  it('that throw reject alone; what was folded with them is committed', async () => {
    await using stage = await openStage();
    const wallets = stage.wallets();
    const fail: Decide<number> = () => {
      throw new Error('this one');
    };
    const runs = [countUp(), fail, countUp()].map((decide) => wallets.run('acc', [], decide));
    const settled = await Promise.allSettled(runs);
    expect(settled.map((run) => run.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await wallets.read('acc'))?.metered.waiting).toBe(2);
  });

  it('all reject when the store fails, and the next one works', async () => {
    await using stage = await openStage();
    let isDown = true;
    const failing: Store = {
      ...stage.store,
      commit: async (commit) => {
        if (isDown) throw new Error('the disk is full');
        return stage.store.commit(commit);
      },
    };
    const wallets = stage.wallets(failing);
    const runs = [wallets.run('acc', [], countUp()), wallets.run('acc', [], countUp())];
    expect((await Promise.allSettled(runs)).map((run) => run.status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    expect(await wallets.run('acc', [], countUp())).toBe(1);
  });

  it('resolve only once they are durable', async () => {
    await using stage = await openStage();
    let committed = false;
    const watching: Store = {
      ...stage.store,
      commit: async (commit) => {
        const isDone = await stage.store.commit(commit);
        committed = true;
        return isDone;
      },
    };
    await stage.wallets(watching).run('acc', [], countUp());
    expect(committed).toBe(true);
  });

  it('that change nothing commit nothing, but are counted and answered', async () => {
    await using stage = await openStage();
    const wallets = stage.wallets();
    const refuse: Decide<string> = () => ({
      account: null,
      reply: 'no',
      rows: [rowOf('never')],
      counts: [{ name: 'asks_clamped', by: 2 }],
    });
    expect(await wallets.run('acc', [], refuse)).toBe('no');
    expect(stage.transactions()).toBe(0);
    expect(stage.counted('asks_clamped')).toBe(2);
    expect(await wallets.read('acc')).toBeNull();
    expect(await claimed(stage)).toEqual([]);
  });

  it('are counted once, however often they were decided', async () => {
    await using stage = await openStage();
    let lost = 2;
    const racing: Store = {
      ...stage.store,
      commit: async (commit) => {
        lost -= 1;
        return lost >= 0 ? false : stage.store.commit(commit);
      },
    };
    await stage.wallets(racing).run('acc', [], countUp({ counts: [{ name: 'asks_held', by: 1 }] }));
    expect(stage.counted('asks_held')).toBe(1);
  });
});

describe('dedupe keys', () => {
  const once: Decide<string> = (account, seen) =>
    seen.has('key')
      ? { account: null, reply: 'repeated' }
      : {
          account: account ?? newAccount('acc', ann, NOW),
          reply: 'first',
          seen: [{ key: 'key', expiresAt: NOW + 1_000 }],
        };

  it('are seen by commands folded into the same commit, and by later ones', async () => {
    await using stage = await openStage();
    const wallets = stage.wallets();
    const replies = await Promise.all([1, 2, 3].map(() => wallets.run('acc', ['key'], once)));
    expect(replies).toEqual(['first', 'repeated', 'repeated']);
    expect(await wallets.run('acc', ['key'], once)).toBe('repeated');
  });

  it('let one of two processes through', async () => {
    await using stage = await openStage();
    const replies = await Promise.all([stage.wallets(), stage.wallets()].map((one) => one.run('acc', ['key'], once)));
    expect(replies.sort()).toEqual(['first', 'repeated']);
  });
});

describe('rows of folded commands', () => {
  async function fold(stage: Stage, parts: Partial<Decision<number>>[]): Promise<string[]> {
    const wallets = stage.wallets();
    // The first run loads the store; the others wait behind it and are folded.
    await Promise.all([{}, ...parts].map((part) => wallets.run('acc', [], countUp(part))));
    return (await claimed(stage)).map((row) => row.id);
  }

  it('are not written when a later command removes what an earlier one added', async () => {
    await using stage = await openStage();
    expect(await fold(stage, [{ rows: [rowOf('a'), rowOf('b')] }, { removeRows: ['a'] }])).toEqual(['b']);
  });

  it('are written when a later command adds what an earlier one removed, in place of what was there', async () => {
    await using stage = await openStage();
    await stage.wallets().run('acc', [], countUp({ rows: [rowOf('a', { old: true })] }));
    const wallets = stage.wallets();
    await Promise.all(
      [{}, { removeRows: ['a'] }, { rows: [rowOf('a', { fresh: true })] }].map((part) =>
        wallets.run('acc', [], countUp(part)),
      ),
    );
    expect((await claimed(stage)).map((row) => row.body)).toEqual([{ fresh: true }]);
  });

  it('are replaced when one command removes and adds the same', async () => {
    await using stage = await openStage();
    await fold(stage, [{ rows: [rowOf('a', { old: true })] }]);
    stage.now += 10_000;
    await stage.wallets().run('acc', [], countUp({ removeRows: ['a'], rows: [rowOf('a', { fresh: true })] }));
    expect((await claimed(stage)).map((row) => row.body)).toEqual([{ fresh: true }]);
  });

  it('are announced by topic once they are committed', async () => {
    await using stage = await openStage();
    await stage.wallets().run('acc', [], countUp({ rows: [rowOf('a'), { ...rowOf('n'), topic: 'notice' }] }));
    await stage.wallets().run('acc', [], countUp());
    expect(stage.announced).toEqual([new Set(['usage', 'notice'])]);
  });
});

describe('an alert', () => {
  it('is told to the operator at once, and counted; other records are only kept', async () => {
    await using stage = await openStage();
    const body = { what: 'something' };
    const records = [
      { kind: 'alert', id: 'x', at: NOW, body },
      { kind: 'audit', id: 'y', at: NOW, body },
    ];
    await stage.wallets().run('acc', [], countUp({ records }));
    expect(stage.logged).toMatchObject([{ level: 'warn', facts: { id: 'x', alert: body } }]);
    expect(stage.counted('alerts')).toBe(1);
    expect(await stage.store.record('audit', 'y')).toMatchObject({ accountId: 'acc', body });
  });
});

describe('a document', () => {
  it('of another version of this program is refused, not guessed at', async () => {
    await using stage = await openStage();
    const document = { schema: 2 };
    const at = { accountId: 'acc', expectedVersion: 0, seen: [], rows: [], removeRows: [], records: [], at: NOW };
    await stage.store.commit({ ...at, document });
    await expect(stage.wallets().read('acc')).rejects.toThrow('expected an account document of schema 1, got 2');
    await expect(stage.wallets().run('acc', [], countUp())).rejects.toThrow('schema 1');
  });

  it('comes back as it was written', async () => {
    await using stage = await openStage();
    const account: Account = { ...newAccount('acc', ann, NOW), customerId: 'cus_1' };
    await stage.wallets().run('acc', [], () => ({ account, reply: null }));
    expect(await stage.wallets().read('acc')).toEqual(account);
  });
});
