import { createClient } from '@redis/client';
import { createRedisStore } from '../../../src/ports/store/redis/redis-store.ts';
import { manyAtOnce } from '../load/many-at-once.ts';
import { createGate } from './gate.ts';
import type { GateOrder } from './gate-process.ts';
import { fundedAccount, seed } from './wallets-for-bench.ts';

/**
 * What Redis alone allows the gate: its commands are recorded, and sent again to an empty database by a client that does
 * nothing else. Prints the asks a second that they served.
 */
interface Sent {
  /** The number of the client that sent it: what one sends is done in its order. */
  client: number;
  args: readonly string[];
}

interface Sender {
  sendCommand(args: readonly string[], options?: object): Promise<unknown>;
}

const WARM_UP = 500;

/** @returns where every command from now on is noted */
function record(): Sent[] {
  const sent: Sent[] = [];
  const clients: object[] = [];
  let prototype: Sender = Object.getPrototypeOf(createClient());
  while (!Object.hasOwn(prototype, 'sendCommand')) prototype = Object.getPrototypeOf(prototype);
  const send = prototype.sendCommand;
  prototype.sendCommand = function (args, options) {
    if (!clients.includes(this)) clients.push(this);
    sent.push({ client: clients.indexOf(this), args });
    return send.call(this, args, options);
  };
  return sent;
}

async function replay(url: string, sent: readonly Sent[], atOnce: number): Promise<number> {
  const lanes = Math.max(...sent.map(({ client }) => client)) + 1;
  const clients = await Promise.all(Array.from({ length: lanes }, () => createClient({ url, database: 1 }).connect()));
  const from = performance.now();
  await manyAtOnce(sent.length, atOnce, async (index) => {
    const { client, args } = sent[index] ?? { client: 0, args: [] };
    await clients[client]?.sendCommand(args);
  });
  const seconds = (performance.now() - from) / 1_000;
  for (const client of clients) client.destroy();
  return seconds;
}

async function run({ redisUrl, asking, asks, atOnce }: GateOrder): Promise<number> {
  const url = redisUrl ?? '';
  const sent = record();
  const store = await createRedisStore({ url, now: Date.now });
  const now = Date.now();
  const accounts = Array.from({ length: asking }, (_, n) => fundedAccount(`member-${n}`, now));
  await seed(store, accounts, now);
  const gate = createGate(store, Date.now);
  const ask = (index: number) => gate(accounts[index % asking]?.id ?? '', `ask_${index}`);
  await manyAtOnce(WARM_UP, atOnce, ask);
  const before = sent.length;
  await manyAtOnce(asks, atOnce, (index) => ask(WARM_UP + index));
  await store.close();
  const all = sent.splice(0);
  // The commits of one wallet can only follow one another.
  const sideBySide = Math.min(atOnce, asking);
  await replay(url, all.slice(0, before), sideBySide);
  return asks / (await replay(url, all.slice(before), sideBySide));
}

process.stdout.write(`${await run(JSON.parse(process.argv[2] ?? '') as GateOrder)}\n`);
