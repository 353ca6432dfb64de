import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Account, newAccount } from '../../../src/core/account/account.ts';
import type { ChatUser } from '../../../src/core/chat/chat.ts';
import type { Store } from '../../../src/core/store.ts';
import { createAccountsOfUsers } from '../../../src/core/wallets/accounts-of-users.ts';
import { createLinking, type Linking } from '../../../src/core/wallets/linking.ts';
import { newLinkCode } from '../../../src/ports/crypto/link-code.ts';
import { ann, ben } from '../account/bench.ts';
import { openStage, type Stage } from './stage.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const sign = (text: string) => createHmac('sha256', 'secret').update(text).digest('base64url');

/** One process of a fleet, with queues of its own over the same store. */
function processOf(stage: Stage, codes: Map<string, string>, store: Store = stage.store) {
  const wallets = stage.wallets(store);
  const users = createAccountsOfUsers({ wallets, hash, clock: stage.clock });
  const linking = createLinking({
    store,
    wallets,
    users,
    codes: {
      async keep(key, accountId) {
        codes.set(key, accountId);
      },
      find: async (key) => codes.get(key) ?? null,
    },
    secrets: { sign },
    hash,
    clock: stage.clock,
    newCode: newLinkCode,
  });
  return { wallets, users, linking };
}

async function codeFrom(linking: Linking, by: ChatUser): Promise<string> {
  const offer = await linking.makeCode(by);
  if (offer.kind !== 'code') throw new Error(`expected a code, got ${offer.kind}`);
  return offer.code;
}

async function change(stage: Stage, user: ChatUser, parts: Partial<Account>): Promise<void> {
  const { users } = processOf(stage, new Map());
  await users.run(user, [], (account) => ({ account: { ...account, ...parts }, reply: undefined }));
}

const person = (name: string): ChatUser => ({ platform: 'slack', workspace: 'T1', user: name });

describe('a link code', () => {
  it('lets one of many in who type it at once, in several processes', async () => {
    await using stage = await openStage();
    const codes = new Map<string, string>();
    const code = await codeFrom(processOf(stage, codes).linking, ann);
    const crowd = Array.from({ length: 20 }, (_, index) => person(`U${index}`));
    const outcomes = await Promise.all(crowd.map((user) => processOf(stage, codes).linking.join(user, code)));
    expect(outcomes.filter(({ kind }) => kind === 'joined')).toHaveLength(1);
    const { users } = processOf(stage, codes);
    const annsWallet = await users.read(ann);
    expect(annsWallet?.identities).toHaveLength(1);
    const ids = await Promise.all(crowd.map((user) => users.idOf(user)));
    expect(ids.filter((id) => id === annsWallet?.id)).toHaveLength(1);
  });

  it('is dead after ten minutes, even where it is still found', async () => {
    await using stage = await openStage();
    const { linking } = processOf(stage, new Map());
    const code = await codeFrom(linking, ann);
    stage.now += 600_000;
    expect(await linking.join(ben, code)).toEqual({ kind: 'refused', why: 'wrong_code' });
  });

  it('is made of signs that cannot be guessed, and differs each time', () => {
    const made = new Set(Array.from({ length: 1_000 }, newLinkCode));
    expect(made.size).toBe(1_000);
    for (const code of made) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  });

  it('lets nobody in by the code of a wallet that shares another one by now', async () => {
    await using stage = await openStage();
    const codes = new Map<string, string>();
    const { linking, users } = processOf(stage, codes);
    const bens = await codeFrom(linking, ben);
    expect(await linking.join(ben, await codeFrom(linking, ann))).toEqual({ kind: 'joined' });
    expect(await linking.join(person('U9'), bens)).toEqual({ kind: 'refused', why: 'wrong_code' });
    expect(await users.idOf(person('U9'))).toBe(users.ownId(person('U9')));
  });

  it('of a member who shares the wallet works no more once they are taken off', async () => {
    await using stage = await openStage();
    const { linking } = processOf(stage, new Map());
    await linking.join(ben, await codeFrom(linking, ann));
    const code = await codeFrom(linking, ben);
    await linking.takeOff(ann);
    expect(await linking.join(ben, code)).toEqual({ kind: 'refused', why: 'wrong_code' });
  });

  it('makes room for no more than six chat users', async () => {
    await using stage = await openStage();
    const { linking } = processOf(stage, new Map());
    const outcomes = [];
    for (const name of ['U1', 'U2', 'U3', 'U4', 'U5', 'U6']) {
      stage.now += 3_600_000;
      outcomes.push(await linking.join(person(name), await codeFrom(linking, ann)));
    }
    expect(outcomes.slice(0, 5).every(({ kind }) => kind === 'joined')).toBe(true);
    expect(outcomes[5]).toEqual({ kind: 'refused', why: 'full' });
  });
});

describe('the wallet that one had before', () => {
  it.each<[string, Partial<Account>, string]>([
    ['has a customer', { customerId: 'cus_ben' }, 'has_customer'],
    ['is shared itself', { identities: [person('U7')] }, 'has_identities'],
  ])('stays when it %s, and the code is not used up', async (_what, parts, why) => {
    await using stage = await openStage();
    const { linking } = processOf(stage, new Map());
    await change(stage, ben, parts);
    const code = await codeFrom(linking, ann);
    expect(await linking.join(ben, code)).toEqual({ kind: 'refused', why });
    expect(await linking.join(person('U1'), code)).toEqual({ kind: 'joined' });
  });

  it('is not left from a third one: that one is to be left first', async () => {
    await using stage = await openStage();
    const { linking, users } = processOf(stage, new Map());
    const carl = person('U3');
    await linking.join(ben, await codeFrom(linking, ann));
    const code = await codeFrom(linking, carl);
    expect(await linking.join(ben, code)).toEqual({ kind: 'refused', why: 'joined_elsewhere' });
    expect(await users.idOf(ben)).toBe(users.ownId(ann));
    expect(await linking.takeOff(ben)).toEqual({ kind: 'left' });
    expect(await linking.join(ben, code)).toEqual({ kind: 'joined' });
    expect(await users.idOf(ben)).toBe(users.ownId(carl));
  });

  it('stays when something is bought with it at the last moment, and then nothing is shared', async () => {
    await using stage = await openStage();
    const codes = new Map<string, string>();
    const code = await codeFrom(processOf(stage, codes).linking, ann);
    const { users } = processOf(stage, codes);
    let isBought = false;
    // Between the look at ben's wallet and the commit that leaves it, a payment binds it.
    const store: Store = {
      ...stage.store,
      async commit(commit) {
        if (!isBought && commit.accountId === users.ownId(ann)) {
          isBought = true;
          await change(stage, ben, { customerId: 'cus_ben' });
        }
        return stage.store.commit(commit);
      },
    };
    const outcome = await processOf(stage, codes, store).linking.join(ben, code);
    expect(outcome).toEqual({ kind: 'refused', why: 'has_customer' });
    expect((await users.read(ann))?.identities).toEqual([]);
    expect((await users.read(ben))?.customerId).toBe('cus_ben');
  });
});

describe('the wallet of a chat user', () => {
  it('is looked up again when they leave or join between the look and the commit', async () => {
    await using stage = await openStage();
    const codes = new Map<string, string>();
    const { linking, users } = processOf(stage, codes);
    await linking.join(ben, await codeFrom(linking, ann));
    let moves = 0;
    // Loads come in pairs, a look and a decision; ben is taken off after the first look.
    const store: Store = {
      ...stage.store,
      async load(accountId, keys) {
        const loaded = await stage.store.load(accountId, keys);
        if (accountId === users.ownId(ann) && moves++ === 0) await linking.takeOff(ann);
        return loaded;
      },
    };
    const { accountId } = await processOf(stage, codes, store).users.run(ben, [], (account) => ({
      account,
      reply: undefined,
    }));
    expect(moves).toBeGreaterThan(1);
    expect(accountId).toBe(users.ownId(ben));
  });

  it('is their own again when the shared one does not name them, whatever their own says', async () => {
    await using stage = await openStage();
    const { users, wallets } = processOf(stage, new Map());
    await users.run(ann, [], (account) => ({ account, reply: undefined }));
    const own = users.ownId(ben);
    const forged = { ...newAccount(own, ben, stage.now), joined: { accountId: users.ownId(ann), at: 1 } };
    await wallets.run(own, [], () => ({ account: forged, reply: undefined }));
    expect(await users.idOf(ben)).toBe(own);
    expect((await wallets.read(own))?.joined).toBeNull();
    expect(await users.run(ben, [], (account) => ({ account, reply: 'done' }))).toEqual({
      accountId: own,
      reply: 'done',
    });
  });

  it('is their own while the shared one names them and their own does not follow', async () => {
    await using stage = await openStage();
    const { users } = processOf(stage, new Map());
    await change(stage, ann, { identities: [ben] });
    expect(await users.idOf(ben)).toBe(users.ownId(ben));
  });
});
