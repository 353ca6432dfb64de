import { describe, expect, it } from 'vitest';
import { type Account, newAccount } from '../../../src/core/account/account.ts';
import {
  decideErase,
  type EraseRefusal,
  erasedAudit,
  erasedReceipt,
  eraseRefusal,
} from '../../../src/core/account/erase.ts';
import { ownedAgain } from '../../../src/core/account/linking.ts';
import type { StoredRecord } from '../../../src/core/store.ts';
import { DAY, HOUR } from '../../../src/core/time.ts';

const NOW = 1_800_000_000_000;
const ann = { platform: 'discord', workspace: '', user: '1' } as const;
const wallet: Account = { ...newAccount('acc_1', ann, NOW - DAY), customerId: 'cus_1', buyer: ann, lastAsked: ann };

const subscription = {
  id: 'sub_1',
  customerId: 'cus_1',
  productId: 'prod_1',
  status: 'active',
  createdAt: 0,
  nextBillingAt: NOW,
  endsAtPeriodEnd: false,
  overage: null,
  cycleStartedAt: null,
  scheduledChange: null,
  eventAt: 0,
  cancelling: false,
};
const checkout = {
  nonce: 'n',
  product: 'topup',
  quantity: 1,
  buyer: ann,
  openedAt: NOW - HOUR,
  session: { id: 's', url: 'u' },
};
const hold = { askId: 'a', tokens: 1, inputTokens: 1, outputBound: 1, model: 'm', by: ann, since: NOW };

describe('erasing a wallet', () => {
  const cases: [string, EraseRefusal | null, Partial<Account>][] = [
    ['nothing under way', null, {}],
    ['an answer being written', 'answer_running', { holds: [hold] }],
    ['a plan that renews', 'plan_runs', { subscriptions: [subscription] }],
    ['a plan on hold', 'plan_runs', { subscriptions: [{ ...subscription, status: 'on_hold' }] }],
    ['a plan that ends', null, { subscriptions: [{ ...subscription, endsAtPeriodEnd: true }] }],
    ['a plan that has ended', null, { subscriptions: [{ ...subscription, status: 'cancelled' }] }],
    ['a checkout that can be paid', 'open_checkout', { checkouts: [checkout] }],
    ['a checkout that has closed', null, { checkouts: [{ ...checkout, openedAt: NOW - DAY }] }],
    ['usage that waits', 'usage_unsettled', { metered: { waiting: 1, batches: [] } }],
    [
      'a debit whose answer is to be had',
      'usage_unsettled',
      { debited: { ...wallet.debited, open: { id: 'd', tokens: 1, sentAt: null, isSeen: true } } },
    ],
  ];

  it.each(cases)('with %s: %s', (_what, why, change) => {
    const account = { ...wallet, ...change };
    expect(eraseRefusal(account, NOW)).toBe(why);
    const decision = decideErase(account, NOW);
    expect(decision.reply).toBe(why);
    expect(JSON.stringify(decision.account?.owner ?? ann)).toBe(
      JSON.stringify(why === null ? { platform: 'api', workspace: '', user: 'acc_1' } : ann),
    );
  });

  it('leaves nobody in the document, and one row for the rest', () => {
    const { account, rows } = decideErase(
      { ...wallet, identities: [{ ...ann, user: '2' }], checkouts: [{ ...checkout, openedAt: 0 }] },
      NOW,
    );
    expect(JSON.stringify(account)).not.toContain('discord');
    expect(account?.customerId).toBe('cus_1');
    expect(rows?.map(({ topic }) => topic)).toEqual(['customer_note', 'erase']);
  });

  it('is undone, for what is new, by the chat user that the wallet is derived from, and by nobody else', () => {
    const erased = decideErase(wallet, NOW).account ?? wallet;
    expect(ownedAgain(erased, ann, 'acc_1').owner).toEqual(ann);
    expect(ownedAgain(erased, ann, 'acc_other').owner).toEqual(erased.owner);
    expect(ownedAgain(erased, erased.owner, 'acc_1')).toBe(erased);
  });
});

describe('what is erased of records', () => {
  const record = (kind: string, body: object): StoredRecord => ({ kind, id: 'r', accountId: 'acc_1', at: NOW, body });

  it('keeps of a receipt what it is billed by, once', () => {
    const usage = { inputTokens: 5, cachedTokens: 1, outputTokens: 7 };
    const kept = { askId: 'ask_1', charged: 12, settledBy: 'meter', settledAt: NOW, ending: 'complete', beyondHold: 0 };
    const receipt = { ...kept, by: ann, model: 'gpt', usage, countedBy: 'provider', startedAt: NOW - 9 };
    const erased = erasedReceipt(record('ask', receipt));
    expect(erased).toMatchObject({ kind: 'ask', id: 'r', at: NOW, body: kept });
    expect(JSON.stringify(erased)).not.toMatch(/discord|gpt|:5|:7/);
    expect(erasedReceipt({ ...record('ask', {}), ...erased })).toBeNull();
  });

  it('keeps audit lines without people and names', () => {
    expect(erasedAudit(record('audit', { what: 'identity_linked', user: ann }))?.body).toEqual({
      what: 'identity_linked',
    });
    expect(erasedAudit(record('audit', { what: 'debit_written_off', tokens: 3 }))).toBeNull();
  });
});
