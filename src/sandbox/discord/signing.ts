import { generateKeyPairSync, sign } from 'node:crypto';

/** Signs interactions the way Discord does. */
export interface InteractionSigner {
  /** Hex, as the developer portal shows it. */
  publicKey: string;
  /**
   * The headers of a signed body: Ed25519 over timestamp and raw body
   * (https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint).
   */
  headersFor(body: string, timestamp: string): Record<string, string>;
}

/** Makes a signer with a key pair of its own. */
export function createSigner(): InteractionSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return {
    publicKey: spki.subarray(-32).toString('hex'),
    headersFor: (body, timestamp) => ({
      'x-signature-ed25519': sign(null, Buffer.from(timestamp + body), privateKey).toString('hex'),
      'x-signature-timestamp': timestamp,
    }),
  };
}
