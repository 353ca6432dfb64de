import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/core/store.ts';
import { HOUR, MINUTE } from '../../../src/core/time.ts';
import { createAccountsOfUsers } from '../../../src/core/wallets/accounts-of-users.ts';
import { type ApiKeys, createApiKeys } from '../../../src/core/wallets/api-keys.ts';
import { apiUserOf, type WalletUser } from '../../../src/core/wallets/wallet-user.ts';
import { newApiKey } from '../../../src/ports/crypto/api-key.ts';
import { ann, ben } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** One process of a fleet. */
function processOf(stage: Stage, store: Store = stage.store) {
  const wallets = stage.wallets(store);
  const users = createAccountsOfUsers({ wallets, hash, clock: stage.clock });
  const keys = createApiKeys({ store, wallets, users, hash, clock: stage.clock, newKey: newApiKey });
  return { wallets, users, keys };
}

async function issued(keys: ApiKeys, by: WalletUser, name = 'laptop') {
  const offer = await keys.issue(by, name);
  if (offer.kind !== 'issued') throw new Error(`expected a key, got ${offer.kind}`);
  return offer;
}

describe('an API key', () => {
  it('opens the wallet of who made it, in every process, and no other', async () => {
    await using stage = await openStage();
    const { keys, users } = processOf(stage);
    const anns = await issued(keys, ann);
    const bens = await issued(keys, ben);
    const elsewhere = processOf(stage).keys;
    expect(await elsewhere.open(anns.secret)).toMatchObject({ accountId: users.ownId(ann), keyId: anns.key.id });
    expect(await elsewhere.open(bens.secret)).toMatchObject({ accountId: users.ownId(ben), keyId: bens.key.id });
  });

  it.each(['', 'tb_', 'Bearer x', `tb_${'A'.repeat(43)}`, `tb_${'A'.repeat(44)}`])(
    'is nobody’s when it is %j',
    async (secret) => {
      await using stage = await openStage();
      const { keys } = processOf(stage);
      await issued(keys, ann);
      expect(await keys.open(secret)).toBeNull();
    },
  );

  it('stands nowhere in the store', async () => {
    await using stage = await openStage();
    const { keys, wallets, users } = processOf(stage);
    const { secret } = await issued(keys, ann);
    const records = await stage.store.records(users.ownId(ann), 'audit', 10);
    expect(records).toHaveLength(1);
    const written = JSON.stringify([await wallets.read(users.ownId(ann)), records]);
    expect(written).toContain('laptop');
    expect(written).not.toContain(secret.slice(3));
  });

  it('opens nothing once it was revoked, and only its own wallet can revoke it', async () => {
    await using stage = await openStage();
    const { keys } = processOf(stage);
    const { secret, key } = await issued(keys, ann);
    expect(await keys.revoke(ben, key.id)).toBeNull();
    expect(await keys.open(secret)).not.toBeNull();
    expect(await keys.revoke(ann, key.id)).toMatchObject({ id: key.id });
    expect(await keys.open(secret)).toBeNull();
    expect(await keys.list(ann)).toEqual([]);
  });

  it('opens nothing when its claim was written and the document that names it was not', async () => {
    await using stage = await openStage();
    const lost: string[] = [];
    const crashing: Store = {
      ...stage.store,
      async claimIndex(index, key, accountId, now) {
        lost.push(key);
        return stage.store.claimIndex(index, key, accountId, now);
      },
      commit: async () => {
        throw new Error('killed before the commit');
      },
    };
    let secret = '';
    const wallets = stage.wallets(crashing);
    const users = createAccountsOfUsers({ wallets, hash, clock: stage.clock });
    const newKey = () => {
      secret = newApiKey();
      return secret;
    };
    const dying = createApiKeys({ store: crashing, wallets, users, hash, clock: stage.clock, newKey });
    await expect(dying.issue(ann, 'lost')).rejects.toThrow('killed');
    expect(await stage.store.indexOwner('api_key', lost[0] ?? '')).not.toBeNull();
    expect(await processOf(stage).keys.open(secret)).toBeNull();
  });

  it('says when it was used last, to the minute', async () => {
    await using stage = await openStage();
    const { keys } = processOf(stage);
    const { secret } = await issued(keys, ann);
    expect(await keys.list(ann)).toMatchObject([{ lastUsedAt: null }]);
    const first = stage.now;
    await keys.open(secret);
    stage.now += MINUTE - 1;
    await keys.open(secret);
    expect(await keys.list(ann)).toMatchObject([{ createdAt: first, lastUsedAt: first }]);
    stage.now += 1;
    await keys.open(secret);
    expect(await keys.list(ann)).toMatchObject([{ lastUsedAt: stage.now }]);
  });

  it('is one of ten at most, however many are asked for at once', async () => {
    await using stage = await openStage();
    const { keys, users } = processOf(stage);
    for (let n = 0; n < 9; n += 1) await issued(keys, ann);
    stage.now += HOUR;
    const offers = await Promise.all(Array.from({ length: 5 }, () => processOf(stage).keys.issue(ann, 'more')));
    expect(offers.map(({ kind }) => kind).sort()).toEqual(['issued', ...Array(4).fill('too_many')]);
    expect((await users.read(ann))?.apiKeys).toHaveLength(10);
  });

  it('is not made without end by making and revoking', async () => {
    await using stage = await openStage();
    const { keys } = processOf(stage);
    for (let n = 0; n < 10; n += 1) await keys.revoke(ann, (await issued(keys, ann)).key.id);
    expect(await keys.issue(ann, 'one more')).toEqual({ kind: 'too_many_an_hour', limit: 10 });
    stage.now += HOUR;
    await issued(keys, ann);
  });

  it('is listed, made and revoked by the account’s id as by its chat user', async () => {
    await using stage = await openStage();
    const { keys, users } = processOf(stage);
    const { key } = await issued(keys, ann, 'from chat');
    const page = apiUserOf(users.ownId(ann));
    const other = await issued(keys, page, 'from the page');
    expect(await keys.list(page)).toEqual(await keys.list(ann));
    expect((await keys.list(page)).map(({ name }) => name)).toEqual(['from chat', 'from the page']);
    expect(await keys.open(other.secret)).toMatchObject({ accountId: users.ownId(ann) });
    expect(await keys.revoke(page, key.id)).toMatchObject({ name: 'from chat' });
  });

  it('has a name of one line, or is named by its day', async () => {
    await using stage = await openStage();
    const { keys } = processOf(stage);
    expect((await issued(keys, ann, ' my\n\u202e laptop ')).key.name).toBe('my laptop');
    expect((await issued(keys, ann, '  ')).key.name).toMatch(/^Key of \d{4}-\d\d-\d\d$/);
    expect((await issued(keys, ann, 'x'.repeat(500))).key.name).toHaveLength(40);
  });
});
