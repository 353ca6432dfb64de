import { requestReconcile } from '../account/reconcile.ts';
import { writeAudit } from './audit.ts';
import { findAccount } from './find-account.ts';
import { type Op, OpsProblem } from './op.ts';
import { argument } from './words.ts';

export const reconcile: Op = {
  name: 'reconcile',
  usage: '<account>',
  about: "has an account's ledger read from Dodo now",
  changes: true,
  options: [],
  async run(deps, request) {
    const account = await findAccount(deps, argument(request, 0, 'which account'));
    if (account.customerId === null)
      throw new OpsProblem(`${account.id} has no customer at Dodo, so there is no ledger`);
    await writeAudit(deps, request, account.id, { what: 'reading_asked_for' });
    await deps.wallets.run(account.id, [], (current) => {
      if (current === null) return { account: null, reply: undefined };
      const { now } = deps.moment();
      return { ...requestReconcile(current, 'operator', now, now), reply: undefined };
    });
    return {
      facts: { accountId: account.id, asked: true },
      lines: [`The ledger of ${account.id} will be read by the running bot's worker at once.`],
    };
  },
};
