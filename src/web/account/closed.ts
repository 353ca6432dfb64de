import { apiPlaceOf, type ClosedTo, type Place } from '../../core/operator/places.ts';
import { type ApiUser, isChatUser, type WalletUser } from '../../core/wallets/wallet-user.ts';
import type { Wallets } from '../../core/wallets/wallets.ts';

export interface ClosedOnPageDeps {
  closedTo: ClosedTo;
  wallets: Pick<Wallets, 'read'>;
}

/** The page is in no server and no channel: only who is closed out as a member, or as the API's user, is not sold to. */
export async function closedOnPage({ closedTo, wallets }: ClosedOnPageDeps, by: WalletUser): Promise<'member' | null> {
  const place: Place = isChatUser(by)
    ? { by, isPrivatePlace: true, space: null, channels: [] }
    : await apiPlace(wallets, by);
  const to = closedTo(place);
  return to === 'member' ? to : null;
}

async function apiPlace(wallets: ClosedOnPageDeps['wallets'], by: ApiUser): Promise<Place> {
  const account = await wallets.read(by.user);
  return account === null ? { by, space: null, chatUsers: [] } : apiPlaceOf(account);
}
