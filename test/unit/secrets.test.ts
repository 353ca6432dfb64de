import { describe, expect, it } from 'vitest';
import { createSecrets } from '../../src/ports/crypto/secrets.ts';

const first = 'first secret of thirty-two letters';
const second = 'second secret of thirty-two letters';
const old = createSecrets({ current: first });
const rotated = createSecrets({ current: second, previous: first });
const fresh = createSecrets({ current: second });

describe('signatures', () => {
  it('are the same for the same text, and verified', () => {
    const signature = old.sign('account 1');
    expect(signature).toBe(createSecrets({ current: first }).sign('account 1'));
    expect(signature).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(old.verifySignature('account 1', signature)).toBe(true);
  });

  it('are not valid for another text or of another secret', () => {
    expect(old.verifySignature('account 2', old.sign('account 1'))).toBe(false);
    expect(old.verifySignature('account 1', fresh.sign('account 1'))).toBe(false);
  });

  it('stay valid while their secret is the previous one, and no longer', () => {
    expect(rotated.verifySignature('x', old.sign('x'))).toBe(true);
    expect(rotated.sign('x')).toBe(fresh.sign('x'));
    expect(rotated.verifySignature('x', fresh.sign('x'))).toBe(true);
    expect(fresh.verifySignature('x', old.sign('x'))).toBe(false);
  });

  it('have one spelling', () => {
    const signature = old.sign('x');
    // 43 characters carry two bits more than 32 bytes: another last letter can decode to the same bytes.
    const sibling = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((letter) => signature.slice(0, -1) + letter)
      .filter(
        (other) => other !== signature && Buffer.from(other, 'base64url').equals(Buffer.from(signature, 'base64url')),
      );
    expect(sibling.length).toBeGreaterThan(0);
    for (const other of [...sibling, `${signature}=`, ` ${signature}`, `${signature}\n`])
      expect([other, old.verifySignature('x', other)]).toEqual([other, false]);
  });

  it.each(['', 'x', '💥', 'A'.repeat(43), 'A'.repeat(1_000)])('refuse %j', (signature) => {
    expect(old.verifySignature('x', signature)).toBe(false);
  });
});

describe('sealed texts', () => {
  it.each(['', 'xoxb-token', 'é😀\n\0"', 'x'.repeat(300_000)])('open to what was sealed', (text) => {
    expect(old.decrypt(old.encrypt(text))).toBe(text);
  });

  it('differ each time and show nothing', () => {
    const sealed = old.encrypt('xoxb-token');
    expect(old.encrypt('xoxb-token')).not.toBe(sealed);
    expect(sealed).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain('xoxb');
  });

  it('open with the previous secret, and no longer when it is gone', () => {
    const sealed = old.encrypt('text');
    expect(rotated.decrypt(sealed)).toBe('text');
    expect(fresh.decrypt(rotated.encrypt('text'))).toBe('text');
    expect(() => fresh.decrypt(sealed)).toThrow('neither the current nor the previous');
  });

  it('do not open when any byte of them was changed', () => {
    const bytes = Buffer.from(old.encrypt('text').slice(3), 'base64url');
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => old.decrypt(`v1.${changed.toString('base64url')}`)).toThrow('was changed');
    }
    expect(() => old.decrypt(`v1.${bytes.subarray(0, -1).toString('base64url')}`)).toThrow('was changed');
  });

  it('say what was expected when they are no sealed texts, without showing them', () => {
    expect(() => old.decrypt('hunter2 in plain')).toThrow(
      /^Expected a sealed text that begins with v1\., got one of 16/,
    );
    expect(() => old.decrypt('v1.AAAA')).toThrow('Expected a sealed text of 28 bytes or more, got 3');
    expect(() => old.decrypt('')).toThrow('Expected a sealed text');
  });
});

describe('secrets', () => {
  it('are refused when empty', () => {
    expect(() => createSecrets({ current: '' })).toThrow('Expected a secret');
    expect(() => createSecrets({ current: first, previous: '' })).toThrow('Expected a secret');
  });

  it('have no part in hashes', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(old.hash('abc')).toBe(abc);
    expect(fresh.hash('abc')).toBe(abc);
  });
});
