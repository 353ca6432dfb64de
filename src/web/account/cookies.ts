import type { Request, Response } from 'express';

/** A cookie of one name that scripts and other sites cannot read, and that browsers send over HTTPS only if we have it. */
export interface PageCookie {
  read(request: Request): string | null;
  set(response: Response, value: string, maxAgeMs: number): void;
  clear(response: Response): void;
}

/**
 * @param name without prefix; over HTTPS it gets `__Host-`, so that no other host of the domain can set it
 * (RFC 6265bis, 4.1.3.2)
 * @param sameSite lax: sent when a link elsewhere leads here; strict: only from our own pages
 */
export function createCookie(name: string, isSecure: boolean, sameSite: 'lax' | 'strict'): PageCookie {
  const fullName = isSecure ? `__Host-${name}` : name;
  const options = { httpOnly: true, secure: isSecure, sameSite, path: '/' } as const;
  return {
    read: ({ headers }) => cookieIn(headers.cookie ?? '', fullName),
    set: (response, value, maxAgeMs) => void response.cookie(fullName, value, { ...options, maxAge: maxAgeMs }),
    clear: (response) => void response.clearCookie(fullName, options),
  };
}

/** Our values are base64url: nothing in them is encoded. */
function cookieIn(header: string, name: string): string | null {
  const pairs = header.split(';').map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1) ?? '';
  return /^[\w-]{1,100}$/.test(value) ? value : null;
}
