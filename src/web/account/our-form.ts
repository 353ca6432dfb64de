import type { Request } from 'express';
import type { Secrets } from '../../core/secrets.ts';

/** Tells posts of our own forms from those that another site makes a browser send (CSRF). */
export interface OurForms {
  /** What a form carries in its hidden field; bound to the cookie of the page that it stands in. */
  tokenFor(cookie: string): string;
  /** Whether a post comes from a form of ours that was made for this cookie. */
  isOurs(request: Request, cookie: string): boolean;
}

export const TOKEN_FIELD = 'form_token';

/** @param origin of the bot's own address */
export function createOurForms(secrets: Pick<Secrets, 'sign' | 'verifySignature'>, origin: string): OurForms {
  const textOf = (cookie: string) => `account form:${cookie}`;
  return {
    tokenFor: (cookie) => secrets.sign(textOf(cookie)),
    isOurs(request, cookie) {
      const token: unknown = (request.body as Record<string, unknown> | undefined)?.[TOKEN_FIELD];
      return isSentByUs(request, origin) && typeof token === 'string' && secrets.verifySignature(textOf(cookie), token);
    },
  };
}

/**
 * What the browser says of the page that sent it. With `no-referrer` it names the origin of our own forms `null` (Fetch
 * Standard, "append a request `Origin` header"); Sec-Fetch-Site says it then, where the address is HTTPS or this machine.
 */
function isSentByUs({ headers }: Request, ours: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  return origin === undefined || origin === 'null' || origin === ours;
}
