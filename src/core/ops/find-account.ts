import type { Account } from '../account/account.ts';
import type { ChatUser } from '../chat/chat.ts';
import { type OpsDeps, OpsProblem } from './op.ts';

/**
 * The account that an operator means: an account id, a Dodo customer's id, `discord:<user>` or `slack:<team>:<user>`.
 * @throws OpsProblem when there is none
 */
export async function findAccount(deps: OpsDeps, named: string): Promise<Account> {
  const account = await look(deps, named);
  if (account === null) throw new OpsProblem(`there is no account for "${named}"`);
  return account;
}

async function look(deps: OpsDeps, named: string): Promise<Account | null> {
  const user = chatUser(named);
  if (user !== null) return deps.users.read(user);
  if (named.startsWith('acc_')) return deps.wallets.read(named);
  const owner = await deps.customers.ownerOf(named);
  if (owner.kind === 'account') return deps.wallets.read(owner.accountId);
  throw new OpsProblem(
    `"${named}" is no account: expected acc_…, the id of a Dodo customer that is bound, discord:<user id> or slack:<team id>:<user id>`,
  );
}

/** @returns null when it does not name a chat user */
function chatUser(named: string): ChatUser | null {
  const [platform, first = '', second = ''] = named.split(':');
  if (platform === 'discord' && first !== '') return { platform, workspace: '', user: first };
  if (platform === 'slack' && first !== '' && second !== '') return { platform, workspace: first, user: second };
  return null;
}
