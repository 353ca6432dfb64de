/**
 * What needs the operator's secret. A secret that is being replaced stays valid for what it made: signatures are
 * verified and texts are opened with the current or the previous one; signing and sealing use the current one.
 */
export interface Secrets {
  /** @returns the signature, base64url */
  sign(text: string): string;
  /** Takes the same time wherever two signatures differ. Anything that is no signature is false. */
  verifySignature(text: string, signature: string): boolean;
  /** @returns the sealed text: unreadable and unchangeable without the secret, different each time */
  encrypt(text: string): string;
  /** @throws Error when the text was not sealed with the current or the previous secret, or was changed */
  decrypt(sealed: string): string;
  /** @returns SHA-256 in hex, without the secret: the same everywhere and for ever. For ids. */
  hash(text: string): string;
}
