import { describe, expect, it } from 'vitest';
import { newAccount } from '../../../src/core/account/account.ts';
import { decideRestore } from '../../../src/core/account/restore.ts';
import type { ChatUser } from '../../../src/core/chat/chat.ts';
import { MINUTE } from '../../../src/core/time.ts';
import { noteOf, readNote } from '../../../src/core/wallets/customer-note.ts';
import { createSecrets } from '../../../src/ports/crypto/secrets.ts';
import { ann, ben, createBench, credit, NOW } from '../account/bench.ts';

const secrets = createSecrets({ current: 'a secret of thirty-two characters' });
const account = { ...newAccount('acc_1234567890123456789012345678', ann, NOW), identities: [ben] };

describe('the note in a customer at Dodo', () => {
  it('tells whose account it is, and only to us', () => {
    // Long enough that sealed text does not contain it by chance.
    const friend: ChatUser = { ...ben, user: '876543210987654321' };
    const note = noteOf(secrets, { ...account, identities: [friend] }, 'cus_1');
    expect(readNote(secrets, { ...note, other: 'theirs' }, 'cus_1')).toEqual({
      accountId: account.id,
      owner: ann,
      identities: [friend],
    });
    expect(note.tallybot_account).toBe(account.id);
    expect(JSON.stringify(note)).not.toContain(friend.user);
  });

  it('is not believed in another customer, changed, or under another secret', () => {
    const note = noteOf(secrets, account, 'cus_1');
    const other = createSecrets({ current: 'another secret of thirty-two chars' });
    expect(readNote(secrets, note, 'cus_2')).toBe('forged');
    expect(readNote(secrets, { ...note, tallybot_note: `${note.tallybot_note}x` }, 'cus_1')).toBe('forged');
    expect(readNote(other, note, 'cus_1')).toBe('forged');
    expect(readNote(secrets, { tallybot_account: account.id }, 'cus_1')).toBeNull();
  });

  it('fits into what Dodo takes, with as many chat users as a wallet may have', () => {
    const identities = Array.from({ length: 5 }, (_, n): ChatUser => {
      return { platform: 'slack', workspace: `E0123456789${n}`, user: `U0123456789${n}` };
    });
    const note = noteOf(secrets, { ...account, identities }, 'cus_DjzBbqkEbrpgT7XVbPc8tV');
    for (const value of Object.values(note)) expect(value.length).toBeLessThanOrEqual(500);
  });
});

describe('an account that is made again', () => {
  const noted = { accountId: 'acc_1', owner: ann, identities: [ben] };

  it('asks nothing before two ticks, even when its ledger was read meanwhile', () => {
    const bench = createBench({ account: { customerId: null } });
    const rows = [credit('row_old', 1_000)];
    expect(bench.apply(decideRestore(bench.account, noted, 'cus_1', rows, bench.now))).toBe('restored');
    bench.read(rows);
    expect(bench.account.ledger?.balance).toBe(1_000);
    expect(bench.hold('early')).toMatchObject({ refusal: { reason: 'balance_unconfirmed' } });
    bench.advance(3 * MINUTE);
    expect(bench.hold('in time').kind).toBe('held');
  });

  it('tells nobody of credits that were there before', () => {
    const bench = createBench({ account: { customerId: null } });
    const rows = [credit('row_old', 1_000)];
    bench.apply(decideRestore(bench.account, noted, 'cus_1', rows, bench.now));
    bench.read(rows);
    expect(bench.notices()).toEqual([]);
    bench.deliver(credit('row_new', 50, { balanceBefore: 1_000, createdAt: bench.dodoNow + 1 }));
    expect(bench.notices()).toMatchObject([{ facts: { kind: 'credits_added', tokens: 50 } }]);
  });

  it('never changes the customer of an account, nor fills one that was left', () => {
    const other = createBench({ account: { customerId: 'cus_2' } });
    expect(decideRestore(other.account, noted, 'cus_1', [], NOW)).toMatchObject({
      account: null,
      reply: 'has_another_customer',
    });
    const left = createBench({ account: { customerId: null, joined: { accountId: 'acc_2', at: NOW } } });
    expect(decideRestore(left.account, noted, 'cus_1', [], NOW)).toMatchObject({ account: null, reply: 'is_joined' });
    const same = createBench({ account: { customerId: 'cus_1' } });
    expect(decideRestore(same.account, noted, 'cus_1', [], NOW)).toMatchObject({ account: null, reply: 'there' });
  });
});
