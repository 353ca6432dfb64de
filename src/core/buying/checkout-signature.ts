import type { ProductKey } from '../catalogue.ts';
import type { Metadata } from '../dodo/billing.ts';
import type { Secrets } from '../secrets.ts';

/** What the metadata of our checkouts says, once its signature held. */
export interface SignedCheckout {
  accountId: string;
  nonce: string;
  product: ProductKey;
}

const KEYS = {
  account: 'tallybot_account',
  nonce: 'tallybot_nonce',
  product: 'tallybot_product',
  signature: 'tallybot_signature',
} as const;

function signedText({ accountId, nonce, product }: SignedCheckout): string {
  return JSON.stringify(['checkout', accountId, nonce, product]);
}

/** The metadata of a new checkout: signed over account, nonce and product; no platform id. */
export function signCheckout(secrets: Secrets, checkout: SignedCheckout): Metadata {
  return {
    [KEYS.account]: checkout.accountId,
    [KEYS.nonce]: checkout.nonce,
    [KEYS.product]: checkout.product,
    [KEYS.signature]: secrets.sign(signedText(checkout)),
  };
}

/** @returns what was signed; 'absent' when the metadata is not of our making, 'forged' when the signature does not hold */
export function readCheckout(secrets: Secrets, metadata: Metadata): SignedCheckout | 'absent' | 'forged' {
  const signature = metadata[KEYS.signature];
  const accountId = metadata[KEYS.account];
  const nonce = metadata[KEYS.nonce];
  const product = metadata[KEYS.product];
  if (signature === undefined && accountId === undefined && nonce === undefined) return 'absent';
  if (typeof accountId !== 'string' || typeof nonce !== 'string' || typeof signature !== 'string') return 'forged';
  if (typeof product !== 'string') return 'forged';
  const checkout: SignedCheckout = { accountId, nonce, product };
  return secrets.verifySignature(signedText(checkout), signature) ? checkout : 'forged';
}
