import { readFileSync } from 'node:fs';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Store } from '../../src/core/store.ts';
import { createPinoLog } from '../../src/ports/log/pino-log.ts';
import type { MemberOptions, Order, Point, Report } from './protocol.ts';
import { blindCommits, watchStore } from './watched-store.ts';

/**
 * The whole bot as a process of a fleet, as `src/main.ts` starts it, but with a clock that the test puts forward and a
 * store at whose calls the process can be made to die or stall: `node member.ts <MemberOptions as JSON>`, with IPC.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as MemberOptions;
let aim: Point | null = null;
let resume = () => {};

function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}

/** A killed process comes no further; one that is stalled by its test goes on here when it is woken. */
async function struck(point: Point): Promise<void> {
  aim = null;
  const resumed = new Promise<void>((resolve) => {
    resume = resolve;
  });
  await report({ kind: 'reached', point: point.name });
  if (point.signal === 'SIGKILL') process.kill(process.pid, 'SIGKILL');
  await resumed;
}

const { config, secrets } = loadConfig(process.env);
const app = await createApp(config, secrets, {
  clock: () => Date.now() + Number(readFileSync(options.clockFile, 'utf8')),
  log: createPinoLog({ level: config.logLevel }),
  usageGatherMs: 20,
  editIntervalMs: 250,
  billingTimeoutMs: options.patienceMs,
  modelTimeoutMs: options.patienceMs,
  aroundStore: (store: Store) => watchStore(options.isCommitBlind ? blindCommits(store) : store, () => aim, struck),
});

process.on('message', (order: Order) => {
  if (order.kind === 'resume') resume();
  else if (order.kind === 'aim') {
    aim = order.point;
    void report({ kind: 'aimed' });
  } else {
    void app
      .settle()
      .catch(() => {})
      .then(() => report({ kind: 'settled', id: order.id }));
  }
});
// Without the test there is nothing to live for.
process.on('disconnect', () => process.exit());
await report({ kind: 'ready', url: app.url });
