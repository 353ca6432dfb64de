import type { Account } from '../account/account.ts';
import type { Decision } from '../account/decision.ts';
import { decideForgotten, decideReplayed, isSent, type SentUsage } from '../account/usage.ts';
import type { UsageEvent } from '../dodo/billing.ts';
import type { DeadLetter } from '../store.ts';
import type { Millis } from '../time.ts';
import { writeAudit } from './audit.ts';
import { type Op, type OpsDeps, OpsProblem } from './op.ts';
import { argument } from './words.ts';

/** The most dead letters of a topic that one call works on. */
const MOST = 10_000;

/** @returns whether it is to be tried again */
async function replayOne(deps: OpsDeps, letter: DeadLetter): Promise<boolean> {
  const { id } = letter.row;
  const usage = refusedUsage(letter);
  if (usage === null) return deps.store.revive(id, deps.moment().now);
  // A replay that was cut off after its commit is not done twice.
  if ((await deps.store.row(id)) === null)
    await decide(deps, letter, (account, now) => decideReplayed(account, usage, now));
  return deps.store.discard(id);
}

/** @returns whether there was something to forget */
async function discardOne(deps: OpsDeps, letter: DeadLetter): Promise<boolean> {
  const usage = refusedUsage(letter);
  const isForgotten = await deps.store.discard(letter.row.id);
  if (usage !== null && isForgotten) await decide(deps, letter, (account, now) => decideForgotten(account, usage, now));
  return isForgotten;
}

/** Usage that Dodo refused: its tokens went back to waiting then, so that figures and row change together. */
function refusedUsage({ row }: DeadLetter): SentUsage | null {
  const usage = row.body as UsageEvent | SentUsage;
  return row.topic === 'usage' && row.accountId !== null && isSent(usage) ? usage : null;
}

function decide(
  { wallets, moment }: OpsDeps,
  { row }: DeadLetter,
  change: (account: Account, now: Millis) => Decision<void>,
): Promise<void> {
  return wallets.run(row.accountId ?? '', [], (account) => {
    if (account === null) throw new OpsProblem(`there is no account ${row.accountId} for ${row.id}`);
    return change(account, moment().now);
  });
}

/** A letter's id, or all of a topic. */
async function lettersOf({ store }: OpsDeps, named: string): Promise<DeadLetter[]> {
  const one = await store.deadLetter(named);
  if (one !== null) return [one];
  return (await store.deadLetters(MOST)).filter(({ row }) => row.topic === named);
}

export const replay: Op = {
  name: 'replay',
  usage: '<id of a dead letter, or a topic> [--discard]',
  about: 'tries what was given up once more, or forgets it',
  changes: true,
  options: ['discard'],
  async run(deps, request) {
    const named = argument(request, 0, 'the id of a dead letter, or a topic');
    const letters = await lettersOf(deps, named);
    if (letters.length === 0)
      throw new OpsProblem(`there is no dead letter "${named}", nor one of a topic of that name`);
    const isDiscarding = request.options.discard !== undefined;
    const done: string[] = [];
    const left: string[] = [];
    for (const letter of letters) {
      const { id } = letter.row;
      const isDone = isDiscarding ? await discardOne(deps, letter) : await replayOne(deps, letter);
      (isDone ? done : left).push(id);
    }
    await writeAudit(deps, request, named, { what: isDiscarding ? 'discarded' : 'replayed', ids: done });
    const verb = isDiscarding ? 'forgotten' : 'to be tried again';
    return {
      facts: { [isDiscarding ? 'discarded' : 'replayed']: done, left },
      lines: [
        `${done.length} ${verb}: ${done.join(', ') || 'none'}`,
        ...(left.length === 0 ? [] : [`left as they are, since a row of the same id waits: ${left.join(', ')}`]),
      ],
    };
  },
};
