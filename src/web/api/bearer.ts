import type { Request } from 'express';
import type { ApiKeys } from '../../core/wallets/api-keys.ts';
import { HttpProblem } from '../errors.ts';
import type { Caller } from './route.ts';

/**
 * @returns whose key `Authorization: Bearer <key>` carries
 * @throws HttpProblem 401
 */
export async function callerOf(request: Request, apiKeys: Pick<ApiKeys, 'open'>): Promise<Caller> {
  const secret = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1];
  const caller = secret === undefined ? null : await apiKeys.open(secret);
  if (caller !== null) return caller;
  throw new HttpProblem({
    status: 401,
    code: 'invalid_api_key',
    message:
      secret === undefined
        ? 'Expected an API key: Authorization: Bearer <key>. In chat, /apikey makes one.'
        : 'This API key opens nothing: it is mistyped or was revoked. In chat, /apikey makes a new one.',
  });
}
