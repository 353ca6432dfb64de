import { createPublicKey, verify } from 'node:crypto';

/** What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410 §10.1). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Tells whether a request was signed by the owner of the key. Bad headers make it false, never throw. */
export type VerifySignature = (
  body: Uint8Array,
  signature: string | undefined,
  timestamp: string | undefined,
) => boolean;

/**
 * Checks the X-Signature-Ed25519 (hex) of Discord, made over X-Signature-Timestamp and the raw body.
 * Source: Discord, Interactions overview, "Validating Security Request Headers".
 * @param publicKey the application's public key, 64 hex digits; anything else throws RangeError
 */
export function createSignatureCheck(publicKey: string): VerifySignature {
  if (!/^[0-9a-f]{64}$/i.test(publicKey)) {
    throw new RangeError(`expected a public key of 64 hex digits, got ${publicKey.length} characters`);
  }
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'hex')]),
    format: 'der',
    type: 'spki',
  });
  return (body, signature, timestamp) => {
    if (timestamp === undefined || signature === undefined || !/^[0-9a-f]{128}$/i.test(signature)) return false;
    return verify(null, Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'hex'));
  };
}
