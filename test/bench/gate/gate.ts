import { decideHold, keysOfAsk, lapseRowId } from '../../../src/core/account/hold.ts';
import { decideSettle } from '../../../src/core/account/settle.ts';
import { createHeartbeats } from '../../../src/core/asks/heartbeats.ts';
import { unwatched } from '../../../src/core/metrics.ts';
import type { Store } from '../../../src/core/store.ts';
import { createWallets } from '../../../src/core/wallets/wallets.ts';
import { createPinoLog } from '../../../src/ports/log/pino-log.ts';
import { benchModel, benchRules } from './wallets-for-bench.ts';

/** The figures of a model that answered in a paragraph. */
const USAGE = { inputTokens: 40, cachedTokens: 0, outputTokens: 160 };

/** One ask through the gate: hold, first heartbeat, settle; each durable before the next. */
export function createGate(store: Store, now: () => number): (accountId: string, askId: string) => Promise<void> {
  const log = createPinoLog({ level: 'silent' });
  const wallets = createWallets({ store, clock: now, metrics: unwatched, log, onRows() {} });
  const heartbeats = createHeartbeats({ store, clock: now, log, metrics: unwatched });
  const moment = () => ({ now: now(), dodoNow: now() });

  return async (accountId, askId) => {
    const lapse = { askId, source: 'discord', model: 'bench', ...USAGE, visible: false, countedOn: null };
    const by = { platform: 'discord', workspace: '', user: accountId } as const;
    const held = await wallets.run(accountId, keysOfAsk({ askId }), (account, seen) => {
      if (account === null) throw new Error(`expected account ${accountId}, found none`);
      const request = {
        askId,
        by,
        modelName: 'bench',
        model: benchModel,
        inputTokens: USAGE.inputTokens,
        wantedOutputTokens: 1_000,
        dodoHeardAt: now(),
        lapse,
      };
      return decideHold(account, request, seen, benchRules, moment());
    });
    if (held.kind !== 'held') throw new Error(`expected a hold, got ${JSON.stringify(held)}`);
    const heartbeat = heartbeats.begin(
      askId,
      () => lapse,
      () => {},
    );
    await heartbeat.begun;
    heartbeat.settling();
    const settled = await wallets.run(accountId, [], (account) => {
      if (account === null) throw new Error(`expected account ${accountId}, found none`);
      return decideSettle(
        account,
        {
          askId,
          model: benchModel,
          usage: USAGE,
          countedBy: 'provider',
          ending: 'complete',
          visible: true,
          source: 'discord',
        },
        benchRules,
        moment(),
      );
    });
    heartbeat.end();
    if (settled === null) throw new Error(`expected ask ${askId} to be settled, and row ${lapseRowId(askId)} to go`);
  };
}
