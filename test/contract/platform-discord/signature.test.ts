import { describe, expect, it } from 'vitest';
import { createSignatureCheck } from '../../../src/platform/discord/signature.ts';

/** RFC 8032 §7.1, "TEST 1" to "TEST 3". */
const vectors = [
  {
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
] as const;

describe('the check of Ed25519 signatures', () => {
  it.each(vectors)('agrees with RFC 8032 on the message "$message"', ({ key, message, signature }) => {
    const isSigned = createSignatureCheck(key);
    const body = Buffer.from(message, 'hex');
    expect(isSigned(body, signature, '')).toBe(true);
    expect(isSigned(body, signature.toUpperCase(), '')).toBe(true);
    expect(isSigned(body, signature, '1')).toBe(false);
    expect(isSigned(Buffer.concat([body, Buffer.from('x')]), signature, '')).toBe(false);
  });

  it('takes the timestamp as the beginning of what is signed', () => {
    const [, second] = vectors;
    expect(createSignatureCheck(second.key)(Buffer.alloc(0), second.signature, 'r')).toBe(true);
  });

  it('is false for what is missing or no hex, and for another key', () => {
    const [first, second] = vectors;
    const isSigned = createSignatureCheck(first.key);
    const body = Buffer.alloc(0);
    expect(isSigned(body, undefined, '')).toBe(false);
    expect(isSigned(body, first.signature, undefined)).toBe(false);
    expect(isSigned(body, 'zz', '')).toBe(false);
    expect(isSigned(body, first.signature.slice(2), '')).toBe(false);
    expect(createSignatureCheck(second.key)(body, first.signature, '')).toBe(false);
  });

  it('refuses a key that is none, without telling it', () => {
    expect(() => createSignatureCheck('not a key')).toThrow(/expected a public key of 64 hex digits, got 9 characters/);
  });
});
