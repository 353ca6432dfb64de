import { requestReconcile } from '../account/reconcile.ts';
import { DAY, MINUTE } from '../time.ts';
import { formatTokens } from '../tokens.ts';
import { writeAudit } from './audit.ts';
import { findAccount } from './find-account.ts';
import { type Op, OpsProblem } from './op.ts';
import { argument, wholeNumber } from './words.ts';

/** More by hand is rather a slip of the finger. */
const MOST_TOKENS = 1_000_000_000;
const MOST_DAYS = 3_650;

/** Tokens as a gift or a repair go into Dodo's ledger: the balance is Dodo's, and its row tells the member. */
export const grant: Op = {
  name: 'grant',
  usage: '<account> <tokens> --reason "…" [--days 365] [--key <to repeat a try whose end is not known>]',
  about: "credits tokens in Dodo's ledger by hand",
  changes: true,
  options: ['reason', 'days', 'key'],
  async run(deps, request) {
    const account = await findAccount(deps, argument(request, 0, 'which account'));
    const tokens = wholeNumber(argument(request, 1, 'how many tokens'), 'tokens', MOST_TOKENS);
    const { reason = '', days } = request.options;
    if (reason === '') throw new OpsProblem('--reason is missing: it stands in the ledger and in the audit log');
    if (account.customerId === null) {
      throw new OpsProblem(`${account.id} has no customer at Dodo yet: whoever it is must buy something first`);
    }
    const key = request.options.key || `ops-${deps.newId()}`;
    const expiresAt = days === undefined ? null : deps.billing.now() + wholeNumber(days, '--days', MOST_DAYS) * DAY;
    const facts = { tokens, reason, key, expiresAt };
    await writeAudit(deps, request, account.id, { what: 'grant_begun', ...facts });
    const outcome = await deps.billing.adjust({
      customerId: account.customerId,
      direction: 'credit',
      tokens,
      idempotencyKey: key,
      reason,
      expiresAt,
    });
    await writeAudit(deps, request, account.id, { what: 'grant_ended', outcome: outcome.kind, key });
    // In case its webhook does not come.
    await deps.wallets.run(account.id, [], (current) => {
      if (current === null) return { account: null, reply: undefined };
      const { now } = deps.moment();
      return { ...requestReconcile(current, 'grants', now + MINUTE, now), reply: undefined };
    });
    const what = outcome.kind === 'repeated' ? 'were credited before, under the same key, to' : 'were credited to';
    return {
      facts: { accountId: account.id, tokens, key, outcome: outcome.kind },
      lines: [
        `${formatTokens(tokens)} tokens ${what} ${account.id}; the member is told when Dodo's ledger shows them.`,
        `Key: ${key}`,
      ],
    };
  },
};
