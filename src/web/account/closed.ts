import type { ClosedTo } from '../../core/operator/places.ts';
import { isChatUser, type WalletUser } from '../../core/wallets/wallet-user.ts';

/** The page is in no server and no channel: only who is closed out as a member is not sold to. */
export function closedOnPage(closedTo: ClosedTo, by: WalletUser): 'member' | null {
  const to = isChatUser(by) ? closedTo({ by, isPrivatePlace: true, space: null, channels: [] }) : null;
  return to === 'member' ? to : null;
}
