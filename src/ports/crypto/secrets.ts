import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { Secrets } from '../../core/secrets.ts';

const KEY_BYTES = 32;
/** NIST SP 800-38D, 5.2.1.1: 96 bits is the length GCM is made for. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Names the algorithm, the derivation and the layout nonce + ciphertext + tag. */
const SEALED_PREFIX = 'v1.';

/** As node:crypto holds them: bytes would be read anew, and copied, at each use. */
interface Keys {
  signing: KeyObject;
  sealing: KeyObject;
}

/**
 * HMAC-SHA256 signatures and AES-256-GCM sealing with keys derived from the operator's secrets.
 * @param current a random text of at least 32 characters: it is not stretched, so a guessable one can be guessed
 * @param previous the secret used before, for as long as what it made is still around
 * @throws Error when a secret is empty
 */
export function createSecrets({ current, previous }: { current: string; previous?: string }): Secrets {
  const currentKeys = deriveKeys(current);
  const accepted = previous === undefined ? [currentKeys] : [currentKeys, deriveKeys(previous)];

  return {
    sign: (text) => mac(currentKeys.signing, text).toString('base64url'),
    verifySignature: (text, signature) => {
      const given = Buffer.from(signature, 'base64url');
      // Decoding forgives what it does not know; one signature shall have one spelling.
      if (given.toString('base64url') !== signature) return false;
      return accepted.map(({ signing }) => equal(mac(signing, text), given)).includes(true);
    },
    encrypt: (text) => SEALED_PREFIX + seal(currentKeys.sealing, text).toString('base64url'),
    decrypt: (sealed) => {
      if (!sealed.startsWith(SEALED_PREFIX))
        throw new Error(
          `Expected a sealed text that begins with ${SEALED_PREFIX}, got one of ${sealed.length} characters`,
        );
      const bytes = Buffer.from(sealed.slice(SEALED_PREFIX.length), 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES)
        throw new Error(`Expected a sealed text of ${NONCE_BYTES + TAG_BYTES} bytes or more, got ${bytes.length}`);
      for (const { sealing } of accepted) {
        const text = unseal(sealing, bytes);
        if (text !== null) return text;
      }
      throw new Error(
        'The sealed text was changed, or sealed with a secret that is neither the current nor the previous one',
      );
    },
    hash: (text) => hash('sha256', text),
  };
}

/** One key per purpose (RFC 5869), so that no signature says anything about a sealed text. */
function deriveKeys(secret: string): Keys {
  if (secret === '') throw new Error('Expected a secret, got an empty text');
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `tallybot ${purpose} v1`, KEY_BYTES)));
  return { signing: derive('signing'), sealing: derive('sealing') };
}

function mac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

function equal(expected: Buffer, given: Buffer): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function seal(key: KeyObject, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** @returns null when this key did not seal it */
function unseal(key: KeyObject, bytes: Buffer): string | null {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const open = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([open, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
