import type { Statement } from '../../core/usage/statement.ts';
import type { DodoBooks } from './books.ts';

/** One line where both sides must say the same. Tokens, or a count where the name says so. */
export interface BookLine {
  what: string;
  dodo: number;
  bot: number;
}

/** The same wallet in Dodo's books and in the bot's, when nothing is on its way. */
export function compareBooks(dodo: DodoBooks, bot: Statement): BookLine[] {
  const { figures } = bot;
  const charged = bot.receipts.filter((receipt) => receipt.charged > 0);
  const total = charged.reduce((sum, receipt) => sum + receipt.charged, 0);
  const ingested = [...dodo.events.values()].reduce((sum, tokens) => sum + tokens, 0);
  const alike = charged.filter((receipt) => dodo.events.get(receipt.askId) === receipt.charged);
  const known = new Set(bot.ledger.map((row) => row.id));
  return [
    { what: 'balance', dodo: dodo.balance, bot: figures.balance ?? Number.NaN },
    { what: 'overage', dodo: dodo.overage, bot: figures.overage },
    {
      what: 'granted less balance, plus overage',
      dodo: dodo.deducted,
      bot: dodo.granted - dodo.balance + dodo.overage,
    },
    { what: 'deducted and charged', dodo: dodo.deducted, bot: total },
    { what: 'usage ingested and charged', dodo: ingested, bot: total },
    { what: 'number of events and receipts', dodo: dodo.events.size, bot: charged.length },
    { what: 'events like their receipt', dodo: dodo.events.size, bot: alike.length },
    { what: 'number of ledger rows', dodo: dodo.rows.length, bot: dodo.rows.filter((row) => known.has(row.id)).length },
    { what: 'unsettled', dodo: 0, bot: figures.unsettled },
    { what: 'held', dodo: 0, bot: figures.held },
    { what: 'available', dodo: dodo.balance + figures.overageAllowed, bot: figures.available },
  ];
}
