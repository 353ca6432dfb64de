import type { Receipt } from '../account/receipt.ts';
import { BillingError } from '../dodo/billing.ts';
import { formatTokens } from '../tokens.ts';
import { type Op, type OpsDeps, OpsProblem } from './op.ts';
import { argument, time } from './words.ts';

type AtDodo = 'there' | 'not_there' | 'not_asked' | 'unknown';

const AT_DODO: Readonly<Record<AtDodo, string>> = {
  there: 'Dodo has its usage event.',
  not_there: 'Dodo has no usage event of it.',
  not_asked: 'Dodo gets no usage event for it.',
  unknown: 'Dodo could not be asked for its usage event.',
};

/** Where the ask's usage is on its way. */
async function rowState({ store }: OpsDeps, askId: string): Promise<{ state: string; error: string | null }> {
  for (const id of [`usage:${askId}:sent`, `usage:${askId}`]) {
    const row = await store.row(id);
    if (row !== null) return { state: id.endsWith(':sent') ? 'being_sent' : 'waiting', error: row.lastError };
    const letter = await store.deadLetter(id);
    if (letter !== null) return { state: 'dead', error: letter.error };
  }
  return { state: 'none', error: null };
}

async function askDodo({ billing }: OpsDeps, askId: string): Promise<AtDodo> {
  try {
    return (await billing.hasEvent(askId)) ? 'there' : 'not_there';
  } catch (error) {
    if (error instanceof BillingError) return 'unknown';
    throw error;
  }
}

function receiptLines({ model, usage, charged, ending, settledBy, countedBy, settledAt }: Receipt): string[] {
  return [
    `Settled ${time(settledAt)}: ${formatTokens(charged)} tokens by ${settledBy}, ${ending}`,
    `${model}: ${formatTokens(usage.inputTokens)} in (${formatTokens(usage.cachedTokens)} cached), ${formatTokens(usage.outputTokens)} out, counted by ${countedBy}`,
  ];
}

export const askOp: Op = {
  name: 'ask',
  usage: '<ask id>',
  about: 'one charge: its receipt, its usage event, and whether Dodo has it',
  changes: false,
  options: [],
  async run(deps, request) {
    const askId = argument(request, 0, 'the ask id, which stands below the answer');
    const record = await deps.store.record('ask', askId);
    const receipt = record === null ? null : (record.body as Receipt);
    const running = await deps.store.row(`lapse:${askId}`);
    const row = await rowState(deps, askId);
    if (receipt === null && running === null && row.state === 'none')
      throw new OpsProblem(`there is no ask "${askId}"`);
    const isMetered = receipt?.settledBy === 'meter';
    const atDodo = isMetered ? await askDodo(deps, askId) : 'not_asked';
    const onItsWay =
      row.state === 'none' ? [] : [`Usage event: ${row.state}${row.error === null ? '' : ` (${row.error})`}`];
    return {
      facts: {
        askId,
        accountId: record?.accountId ?? running?.accountId ?? null,
        receipt,
        isRunning: receipt === null && running !== null,
        usage: row,
        atDodo,
      },
      lines: [
        `Ask ${askId}, account ${record?.accountId ?? running?.accountId ?? 'unknown'}`,
        ...(receipt === null
          ? ['It runs, or its process was lost and it is about to be closed.']
          : receiptLines(receipt)),
        ...onItsWay,
        ...(receipt?.settledBy === 'debit' ? ['Its tokens are taken by a debit of its account.'] : []),
        AT_DODO[atDodo],
      ],
    };
  },
};
