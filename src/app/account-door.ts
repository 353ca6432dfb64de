import type { Config } from '../config/config.ts';
import { type AccountDoor, createAccountDoor, type PageSession, type PageSessions } from '../core/account-page/door.ts';
import { newKey } from '../ports/crypto/new-key.ts';
import { createEncryptedKeyv } from '../ports/store/encrypted-keyv.ts';
import type { Outside } from './outside.ts';

/** Where `/account` leads members from, in chat. */
export function createDoor(outside: Outside, config: Config): AccountDoor {
  return createAccountDoor({ ...outside, sessions: pageSessions(outside), newKey, baseUrl: config.baseUrl });
}

function pageSessions({ opened, secrets }: Outside): PageSessions {
  const keyv = createEncryptedKeyv<PageSession>({ store: opened.keyvAdapter(), namespace: 'page-sessions', secrets });
  return {
    async keep(hash, session, ttlMs) {
      await keyv.set(hash, session, ttlMs);
    },
    find: async (hash) => (await keyv.get(hash)) ?? null,
    async drop(hash) {
      await keyv.delete(hash);
    },
  };
}
