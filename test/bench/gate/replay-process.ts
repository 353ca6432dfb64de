import { createClient } from '@redis/client';
import { createRedisStore } from '../../../src/ports/store/redis/redis-store.ts';
import { manyAtOnce } from '../load/many-at-once.ts';
import { createGate } from './gate.ts';
import type { GateOrder } from './gate-process.ts';
import { fundedAccount, seed } from './wallets-for-bench.ts';

interface Sent {
  /** The number of the client that sent it: what one sends is done in its order. */
  client: number;
  args: readonly string[];
  outcome: Outcome;
}

/** A script that Redis did not know yet has failed, and was sent again. */
type Outcome = 'done' | 'refused' | 'failed';

/** A commit that expected another version has done nothing, and is answered 0. */
function outcomeOf(answer: unknown): Outcome {
  return answer === 0 ? 'refused' : 'done';
}

interface Sender {
  sendCommand(args: readonly string[], options?: object): Promise<unknown>;
}

const WARM_UP = 500;

interface Recording {
  sent: Sent[];
  end(): void;
}

/** Notes every command from now on. */
function record(): Recording {
  const sent: Sent[] = [];
  const clients: object[] = [];
  let prototype: Sender = Object.getPrototypeOf(createClient());
  while (!Object.hasOwn(prototype, 'sendCommand')) prototype = Object.getPrototypeOf(prototype);
  const send = prototype.sendCommand;
  prototype.sendCommand = async function (args, options) {
    if (!clients.includes(this)) clients.push(this);
    const command: Sent = { client: clients.indexOf(this), args, outcome: 'failed' };
    sent.push(command);
    const answer = await send.call(this, args, options);
    command.outcome = outcomeOf(answer);
    return answer;
  };
  return {
    sent,
    end() {
      prototype.sendCommand = send;
    },
  };
}

async function replay(url: string, sent: readonly Sent[], atOnce: number): Promise<number> {
  const lanes = Math.max(...sent.map(({ client }) => client)) + 1;
  const clients = await Promise.all(Array.from({ length: lanes }, () => createClient({ url, database: 1 }).connect()));
  const from = performance.now();
  await manyAtOnce(sent.length, atOnce, async (index) => {
    const { client = 0, args = [], outcome } = sent[index] ?? {};
    const came = outcomeOf(await clients[client]?.sendCommand(args));
    if (came !== outcome) throw new Error(`expected ${args[0]} to be ${outcome}, as in the gate; it was ${came}`);
  });
  const seconds = (performance.now() - from) / 1_000;
  for (const client of clients) client.destroy();
  return seconds;
}

/**
 * What Redis alone allows the gate: its commands are recorded, and sent again to an empty database by a client that does
 * nothing else.
 * @returns the asks a second that they served
 */
async function run({ redisUrl, asking, asks, atOnce }: GateOrder): Promise<number> {
  const url = redisUrl ?? '';
  const { sent, end } = record();
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
  end();
  // The commits of one wallet can only follow one another.
  const sideBySide = Math.min(atOnce, asking);
  const again = (commands: readonly Sent[]) =>
    replay(
      url,
      commands.filter(({ outcome }) => outcome !== 'failed'),
      sideBySide,
    );
  await again(sent.slice(0, before));
  return asks / (await again(sent.slice(before)));
}

process.stdout.write(`${await run(JSON.parse(process.argv[2] ?? '') as GateOrder)}\n`);
