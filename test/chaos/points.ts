import type { Point } from './protocol.ts';

interface Place {
  point: Omit<Point, 'signal' | 'skip'>;
  /** So many calls that fit may come in a round: one of them is struck. */
  calls: number;
}

function around(name: string, method: Point['method'], fits: string, calls = 1): Place[] {
  return (['before', 'after'] as const).map((when) => ({
    point: { name: `${when} ${name}`, method, when, fits },
    calls,
  }));
}

/**
 * Where a process can be struck while it works for members: at each kind of commit and at any, and between what was done
 * and its noting.
 */
export const PLACES: readonly Place[] = [
  ...around('the commit of a hold', 'commit', '"topic":"lapse"', 2),
  ...around('the commit that settles', 'commit', '"kind":"ask"', 2),
  // Dodo is asked between these two, or has been.
  ...around('the commit that marks usage as under way', 'commit', ':sent","topic":"usage"'),
  ...around('the commit that notes what the meter took', 'commit', ':sent"]'),
  ...around('the commit of a debit to be sent', 'commit', '"sentAt":null,"isSeen"'),
  ...around('the commit that notes a debit', 'commit', '"removeRows":["debit:'),
  ...around('the commit of a ledger row', 'commit', '"kind":"ledger"', 2),
  ...around('the commit of a refund', 'commit', '"topic":"clawback"'),
  ...around('the commit of a clawback to be sent', 'commit', '"sentAt":null,"rowId"'),
  ...around('the removal of a clawback that was made', 'remove', '"clawback:'),
  ...around('a commit, whichever it is', 'commit', '', 24),
  // The DM was sent, the webhook applied, the message closed; only the row is still there.
  ...around('the removal of a notice that was sent', 'remove', '"notice:'),
  ...around('the removal of a webhook that was applied', 'remove', '"inbox:'),
  ...around('the storing of a webhook', 'put', '"topic":"inbox"'),
];
