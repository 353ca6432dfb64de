import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../core/log.ts';
import type { Millis } from '../../core/time.ts';
import type { GatewayConnection } from './gateway-connection.ts';
import { GatewayFault } from './gateway-faults.ts';

const FIRST_PAUSE: Millis = 1_000;
const LONGEST_PAUSE: Millis = 60_000;

/**
 * Opens a connection, and tries again with a new one for as long as Discord is only away or busy. Throws GatewayFault
 * when Discord refuses for good, and an Error when `signal` aborts; every connection but the one returned is ended.
 */
export async function openPatiently(
  make: () => GatewayConnection,
  signal: AbortSignal,
  log: Log,
): Promise<GatewayConnection> {
  const aborted = new Promise<never>((_, reject) => {
    const refuse = () => reject(new Error('the gateway was left before it was open'));
    if (signal.aborted) refuse();
    signal.addEventListener('abort', refuse, { once: true });
  });
  // It may reject when nobody waits for it any more.
  aborted.catch(() => {});
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const connection = make();
    try {
      await Promise.race([connection.open(), aborted]);
      return connection;
    } catch (error) {
      await connection.end();
      if (signal.aborted || error instanceof GatewayFault) throw error;
      log.warn({ fault: String(error), againInMs: pause }, 'the gateway could not be opened');
    }
    await Promise.race([sleep(pause, undefined, { signal }), aborted]);
  }
}
