import { describe, expect, it } from 'vitest';
import { readCheckout, type SignedCheckout, signCheckout } from '../../../src/core/buying/checkout-signature.ts';
import type { Metadata } from '../../../src/core/dodo/billing.ts';
import { createSecrets } from '../../../src/ports/crypto/secrets.ts';

const secrets = createSecrets({ current: 'a secret of more than thirty-two characters' });
const checkout: SignedCheckout = { accountId: 'acc_1', nonce: 'n1', product: 'topup' };

function changed(parts: Metadata): Metadata {
  return { ...signCheckout(secrets, checkout), ...parts };
}

describe('the metadata of a checkout', () => {
  it('is read back when nobody has touched it, whatever stands beside it', () => {
    expect(readCheckout(secrets, signCheckout(secrets, checkout))).toEqual(checkout);
    expect(readCheckout(secrets, changed({ affiliate: 'x', count: 3 }))).toEqual(checkout);
  });

  it.each<[string, Metadata]>([
    ['another account', { tallybot_account: 'acc_2' }],
    ['another nonce', { tallybot_nonce: 'n2' }],
    ['another product', { tallybot_product: 'pro' }],
    ['a product that is none', { tallybot_product: 'everything' }],
    ['no signature', { tallybot_signature: '' }],
    ['a signature of something else', { tallybot_signature: secrets.sign('something else') }],
    ['a number for an account', { tallybot_account: 1 }],
  ])('is forged with %s', (_what, parts) => {
    expect(readCheckout(secrets, changed(parts))).toBe('forged');
  });

  it.each(['tallybot_account', 'tallybot_nonce', 'tallybot_product', 'tallybot_signature'])(
    'is forged without %s',
    (missing) => {
      const rest = Object.entries(signCheckout(secrets, checkout)).filter(([key]) => key !== missing);
      expect(readCheckout(secrets, Object.fromEntries(rest))).toBe('forged');
    },
  );

  it('is forged when another secret signed it', () => {
    const other = createSecrets({ current: 'another secret of more than thirty-two characters' });
    expect(readCheckout(secrets, signCheckout(other, checkout))).toBe('forged');
  });

  it('is not of our making when it has none of our names', () => {
    expect(readCheckout(secrets, {})).toBe('absent');
    expect(readCheckout(secrets, { order: '17' })).toBe('absent');
  });

  it('cannot move a border between its parts', () => {
    const first = signCheckout(secrets, { ...checkout, accountId: 'acc_1","x', nonce: 'n' });
    const moved = { ...first, tallybot_account: 'acc_1', tallybot_nonce: 'x","n' };
    expect(readCheckout(secrets, moved)).toBe('forged');
  });

  it('carries no more than account, nonce, product and signature', () => {
    expect(Object.keys(signCheckout(secrets, checkout)).sort()).toEqual([
      'tallybot_account',
      'tallybot_nonce',
      'tallybot_product',
      'tallybot_signature',
    ]);
  });
});
