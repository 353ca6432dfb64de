import type { Point } from './protocol.ts';

type Place = Omit<Point, 'signal' | 'skip'>;

function around(name: string, method: Point['method'], fits: string): Place[] {
  return (['before', 'after'] as const).map((when) => ({ name: `${when} ${name}`, method, when, fits }));
}

/** Where a process can be struck while it works for members: at each commit, and between what was done and its noting. */
export const PLACES: readonly Place[] = [
  ...around('the commit of a hold', 'commit', '"topic":"lapse"'),
  ...around('the commit that settles', 'commit', '"kind":"ask"'),
  // Dodo is asked between these two, or has been.
  ...around('the commit that marks usage as under way', 'commit', ':sent","topic":"usage"'),
  ...around('the commit that notes what the meter took', 'commit', ':sent"]'),
  ...around('the commit of a debit to be sent', 'commit', '"sentAt":null'),
  ...around('the commit that notes a debit', 'commit', '"removeRows":["debit:'),
  ...around('the commit of a ledger row', 'commit', '"kind":"ledger"'),
  // The DM was sent, the webhook applied, the message closed; only the row is still there.
  ...around('the removal of a notice that was sent', 'remove', '"notice:'),
  ...around('the removal of a webhook that was applied', 'remove', '"inbox:'),
  ...around('the storing of a webhook', 'put', '"topic":"inbox"'),
];
