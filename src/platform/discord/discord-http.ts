import type { Router } from 'express';
import type { Messenger } from '../../core/chat/chat.ts';
import type { Millis } from '../../core/time.ts';
import { createDiscordApi } from './api.ts';
import { checkApplication } from './check-application.ts';
import type { DiscordOptions } from './discord-options.ts';
import { createHttpRouter } from './http-router.ts';
import { createMessenger } from './messenger.ts';
import { createReceive } from './receive.ts';
import { createSignatureCheck } from './signature.ts';
import { createUnderWay } from './under-way.ts';

export interface DiscordHttpOptions extends DiscordOptions {
  /** 64 hex digits, from the application's page. */
  publicKey: string;
}

/** Discord, by way of HTTP interactions. */
export interface DiscordHttp {
  /** `POST /discord/interactions`; to be mounted before anything that reads bodies. */
  router: Router;
  messenger: Messenger;
  /** Asks Discord whether the token, the application id and the public key belong together. Throws when they do not. */
  check(): Promise<void>;
  /** Takes no more interactions, and waits up to ten seconds for those under way. */
  close(): Promise<void>;
}

const CLOSE_WITHIN: Millis = 10_000;

/** Throws RangeError for a malformed public key; asks nothing of Discord yet. */
export function createDiscordHttp(options: DiscordHttpOptions): DiscordHttp {
  const { applicationId, publicKey, clock, log, ackDeadlineMs = 2_000, editIntervalMs = 1_000 } = options;
  const isSigned = createSignatureCheck(publicKey);
  const api = createDiscordApi({ ...options, apiUrl: options.apiUrl ?? 'https://discord.com/api' });
  const receive = createReceive({ ...options, api, ackDeadlineMs, editIntervalMs });
  const underWay = createUnderWay();
  let isOpen = true;

  return {
    router: createHttpRouter({
      isSigned,
      isOpen: () => isOpen,
      log,
      receive: (interaction, respond) => underWay.add(receive(interaction, respond)),
    }),
    messenger: createMessenger(api, clock),
    async check() {
      const application = await checkApplication(api, applicationId);
      if (application.verify_key.toLowerCase() !== publicKey.toLowerCase()) {
        throw new Error(`the public key is not that of application ${applicationId}`);
      }
    },
    async close() {
      isOpen = false;
      await underWay.ended(CLOSE_WITHIN);
      api.close();
    },
  };
}
