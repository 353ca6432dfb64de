import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { createRedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { checkoutOf, type Person, payAt, personOn } from '../helpers/people.ts';
import { type Books, readBooks, readBooksFile, readDodo, sum } from './books.ts';
import { createFleet, type Fleet, type FleetOptions, metricOf, runningAsks, until } from './fleet.ts';
import type { Member } from './member-process.ts';
import type { Point } from './protocol.ts';
import type { Random } from './random.ts';

/** A fleet with two members who have bought, to be struck round by round. */
export interface Stage {
  fleet: Fleet;
  people: readonly Person[];
  /** What the store says now. */
  books(): Promise<Books>;
  /** As `load`, while one process is struck; then all is mended and looked at. @returns whether the point was come to */
  round(strike: Strike): Promise<boolean>;
  /** Members ask, a tenth of the last payment for a plan is refunded, and the plan renews. */
  load(): void;
  /** Lets time go by until nothing is to be done any more. */
  recover(): Promise<void>;
  /** Every book agrees, and every purchase was told once. */
  checkMoney(): Promise<void>;
  /** Every book agrees, every message is closed, every notice was told once. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A point in the work of a process, or a moment: milliseconds after the members have asked. */
export type Strike = { point: Point } | { afterMs: number; signal: Point['signal'] };

export interface StageOptions {
  redisUrl?: string;
  processes: number;
  random: Random;
  fleet?: Pick<FleetOptions, 'withLines' | 'member'>;
}

const PURCHASES = { discord: 'starter', slack: 'topup' } as const;
const SUBSCRIBER = 'discord';

/** Longer than any lease. */
const STALL_MS = 150_000;

export async function createStage(options: StageOptions): Promise<Stage> {
  const fleet = await createFleet({
    ...options.fleet,
    ...(options.redisUrl !== undefined && { redisUrl: options.redisUrl }),
    env: { MEMBER_ASKS_PER_MINUTE: '0', MAX_ASKS_PER_ACCOUNT: '1000' },
  });
  const store =
    options.redisUrl === undefined ? null : await createRedisStore({ url: options.redisUrl, now: () => fleet.now() });
  const { dodo, env } = fleet.world;
  let renewals = 0;
  /** Placeholders that may stay: their process did not live to note where they stand, and that was counted. */
  let unknown = 0;
  const counted = new WeakMap<Member, number>();

  for (let i = 0; i < options.processes; i += 1) await fleet.start();
  const people = (['discord', 'slack'] as const).map((platform) => personOn(platform, fleet, 'Ann'));
  for (const person of people) {
    const url = await checkoutOf(person, PURCHASES[person.platform]);
    await payAt(url, `${person.platform}@example.com`);
    await until('the tokens to arrive', () => person.dms().some(({ text }) => text.includes('000,000')));
  }

  const books = () =>
    store === null
      ? Promise.resolve(readBooksFile(env.DATABASE_PATH ?? ''))
      : readBooks(store, dodo.store.customers.keys());

  function load(): void {
    for (const person of people) {
      person.does('ask', 'Something short [[length:40]]');
      person.does('ask', 'Something long [[length:400]] [[chunk:10]] [[delay:20]]');
      person.does('ask', 'Something cut [[length:200]] [[chunk:10]] [[delay:10]] [[cut:12]]');
    }
    const [subscription = ''] = dodo.store.subscriptions.keys();
    const last = [...dodo.store.payments.values()].findLast((paid) => paid.subscription_id === subscription);
    dodo.refund(last?.payment_id ?? '', { amountCents: Math.floor((last?.total_amount ?? 0) / 10) });
    dodo.renew(subscription);
    renewals += 1;
  }

  /** Lets answers end that are being written, so that no jump of the clocks takes them from their writers; for 10 s at most. */
  async function answersEnd(): Promise<void> {
    for (const deadline = performance.now() + 10_000; performance.now() < deadline; await pause(50)) {
      const up = fleet.members().filter((member) => member.isUp());
      const running = await Promise.all(up.map((member) => runningAsks(member).catch(() => 0)));
      if (sum(running) === 0) return;
    }
  }

  /** Time goes by, the meter runs; nobody waits for a process that may be stalled. @returns whether the point was come to */
  async function liveUntil(reached: Promise<unknown>): Promise<boolean> {
    let isReached = false;
    const arrival = reached.then(
      () => {
        isReached = true;
      },
      () => {},
    );
    // The answers first; later on time may jump.
    await Promise.race([arrival, pause(1_000).then(answersEnd)]);
    for (let step = 0; step < 20 && !isReached; step += 1) {
      fleet.advance(20_000);
      void dodo.tick();
      await Promise.race([arrival, pause(200)]);
    }
    return isReached;
  }

  async function strike(what: Strike, victim: Member): Promise<boolean> {
    if ('point' in what) {
      const reached = victim.reached();
      reached.catch(() => {});
      await victim.aim(what.point);
      load();
      if (await liveUntil(reached)) {
        if (what.point.signal === 'SIGSTOP') victim.stall();
        return true;
      }
      await victim.aim(null);
      return false;
    }
    load();
    await pause(what.afterMs);
    if (what.signal === 'SIGKILL') victim.kill();
    else victim.stall();
    return true;
  }

  async function mend(signal: Point['signal'], victim: Member): Promise<void> {
    if (signal === 'SIGKILL') {
      await victim.ended;
      fleet.bury();
      await fleet.start();
      return;
    }
    fleet.advance(STALL_MS);
    await Promise.all(
      fleet
        .members()
        .filter((member) => member.isUp())
        .map((member) => member.settle()),
    );
    victim.wake();
  }

  async function isQuiet(): Promise<boolean> {
    const { accounts, waiting } = await books();
    const isSettled = accounts.every(({ account, charged }) => {
      const dodoSays = readDodo(fleet.world, account.customerId ?? '');
      return (
        account.holds.length === 0 && dodoSays.deducted === charged && account.ledger?.balance === dodoSays.balance
      );
    });
    return isSettled && Object.values(waiting).every((rows) => rows === 0) && dodo.webhooks.pending() === 0;
  }

  async function recover(): Promise<void> {
    await answersEnd();
    for (let step = 0; step < 12; step += 1) {
      fleet.advance(65_000);
      await fleet.settle();
      await dodo.tick();
      await fleet.settle();
      if (await isQuiet()) return;
    }
  }

  async function countUnknown(): Promise<void> {
    for (const member of fleet.members()) {
      const now = await metricOf(member, 'messages_unknown');
      unknown += now - (counted.get(member) ?? 0);
      counted.set(member, now);
    }
  }

  async function checkMoney(): Promise<void> {
    const { accounts, waiting, deadLetters } = await books();
    expect(deadLetters).toEqual([]);
    expect(Object.entries(waiting).filter(([, rows]) => rows > 0)).toEqual([]);
    expect(accounts).toHaveLength(people.length);
    for (const { account, receipts, charged } of accounts) {
      expect(account.holds).toEqual([]);
      expect(account.metered).toEqual({ waiting: 0, batches: [] });
      expect(account.debited).toMatchObject({ waiting: 0, open: null });
      const dodoSays = readDodo(fleet.world, account.customerId ?? '');
      expect(dodoSays.deducted).toBe(charged);
      expect(dodoSays.takenBack).toHaveLength(account.owner.platform === SUBSCRIBER ? renewals : 0);
      expect(dodoSays.balance).toBe(dodoSays.granted - charged - sum(dodoSays.takenBack));
      expect(account.ledger?.balance).toBe(dodoSays.balance);
      const metered = receipts.filter(({ settledBy }) => settledBy === 'meter');
      expect(dodoSays.events).toEqual(metered.map(({ askId }) => askId).sort());
      expect(dodoSays.metered).toBe(sum(metered.map((receipt) => receipt.charged)));
      expect(new Set(receipts.map(({ askId }) => askId)).size).toBe(receipts.length);
    }
    const [subscriber, buyer] = people.map((person) => person.dms().map(({ text }) => text));
    const told = (texts: string[] = [], what: string) => texts.filter((text) => text.includes(what));
    expect(told(subscriber, 'were added')).toHaveLength(1 + renewals);
    expect(told(buyer, 'were added')).toHaveLength(1);
    expect(told(subscriber, 'were taken back')).toHaveLength(renewals);
  }

  async function check(): Promise<void> {
    await checkMoney();
    const open = () =>
      people
        .flatMap((person) => person.channel())
        .filter(({ text, buttons }) => {
          const isThinking = text.includes('Thinking…') && !text.includes('Interrupted');
          return isThinking || buttons.some(({ label }) => label === 'Stop');
        })
        .map(({ text }) => text);
    const isPlaceholder = (text: string) => /^(Ann: .*\n)?Thinking…$/.test(text.trim());
    const begun = () => open().filter((text) => !isPlaceholder(text));
    // A process that was woken finds out by its next heartbeat that its answers are not its own any more.
    await expect.poll(begun, { timeout: 15_000 }).toEqual([]);
    expect(open().length).toBeLessThanOrEqual(unknown);
  }

  return {
    fleet,
    people,
    books,
    async round(what) {
      const victim = options.random.pick(fleet.members());
      const isStruck = await strike(what, victim);
      if (isStruck) await mend('point' in what ? what.point.signal : what.signal, victim);
      await recover();
      await countUnknown();
      return isStruck;
    },
    load,
    recover,
    checkMoney,
    check,
    async close() {
      await store?.close();
      await fleet.close();
    },
  };
}
