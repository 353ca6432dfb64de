import type { Config } from '../config/config.ts';
import { type AccountDoor, createAccountDoor, type PageSession } from '../core/account-page/door.ts';
import { newKey } from '../ports/crypto/new-key.ts';
import type { Outside } from './outside.ts';
import { createSealedEntries } from './sealed-entries.ts';

/** Where `/account` leads members from, in chat. */
export function createDoor(outside: Outside, config: Config): AccountDoor {
  const sessions = createSealedEntries<PageSession>(outside, 'page-sessions');
  return createAccountDoor({ ...outside, sessions, newKey, baseUrl: config.baseUrl });
}
