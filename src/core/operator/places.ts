import type { Account } from '../account/account.ts';
import type { ChatUser, Turn } from '../chat/chat.ts';
import { type ApiUser, apiUserOf, isChatUser } from '../wallets/wallet-user.ts';

/** Where something was asked; the platforms' own ids. */
export type Place = Pick<Turn, 'by' | 'isPrivatePlace' | 'space' | 'channels'> | ApiPlace;

/** The HTTP API: no server and no channel, but the wallet's chat users, closed to whom it is closed as well. */
export interface ApiPlace {
  by: ApiUser;
  space: null;
  chatUsers: readonly ChatUser[];
}

/** @returns where the API's user of this wallet asks and buys */
export function apiPlaceOf({ id, owner, identities }: Account): ApiPlace {
  return { by: apiUserOf(id), space: null, chatUsers: [owner, ...identities].filter(isChatUser) };
}

/** Ids as the operator lists them; an empty list of what is allowed allows everything. */
export interface PlaceLists {
  /** Discord servers, Slack teams and organisations; `dm` for Discord's DMs and `api` for the HTTP API, which are in no server. */
  allowSpaces: readonly string[];
  blockSpaces: readonly string[];
  /** Channels; `dm` for the members' own conversations with the bot, `api` for the HTTP API. */
  allowChannels: readonly string[];
  blockChannels: readonly string[];
  /** User ids, on Slack also as `team:user`; for the HTTP API also an account's id. */
  allowMembers: readonly string[];
  blockMembers: readonly string[];
}

/** What the operator has closed; null: the member may ask and buy here. */
export type ClosedTo = (place: Place) => 'member' | 'place' | null;

const DM = 'dm';
const API = 'api';

/** What is blocked stays so, even where it is allowed as well. */
export function createClosedTo(lists: PlaceLists): ClosedTo {
  const rules = {
    members: ruleOf(lists.allowMembers, lists.blockMembers),
    spaces: ruleOf(lists.allowSpaces, lists.blockSpaces),
    channels: ruleOf(lists.allowChannels, lists.blockChannels),
  };
  return (place) => {
    if ('chatUsers' in place) {
      if (!rules.members([place.by.user, ...place.chatUsers.flatMap(namesOf)])) return 'member';
      return rules.spaces([API]) && rules.channels([API]) ? null : 'place';
    }
    const { by, isPrivatePlace, space, channels } = place;
    if (!rules.members(namesOf(by))) return 'member';
    // A Slack member's organisation is known by the member only; a Discord member has no workspace.
    const spaces = by.workspace === '' ? [space ?? DM] : [space ?? DM, by.workspace];
    const isOpen = rules.spaces(spaces) && rules.channels(isPrivatePlace ? [DM, ...channels] : channels);
    return isOpen ? null : 'place';
  };
}

function namesOf({ workspace, user }: ChatUser): string[] {
  return workspace === '' ? [user] : [user, `${workspace}:${user}`];
}

function ruleOf(allow: readonly string[], block: readonly string[]): (ids: readonly string[]) => boolean {
  const [allowed, blocked] = [new Set(allow), new Set(block)];
  return (ids) => !ids.some((id) => blocked.has(id)) && (allowed.size === 0 || ids.some((id) => allowed.has(id)));
}

/** What a member reads who may not buy here. */
export function closedText(closed: 'member' | 'place'): string {
  return closed === 'member'
    ? 'Whoever runs this bot has closed it to you. If you think that this is a mistake, please contact them. What you bought is still there: see /balance and /billing.'
    : 'This bot is not open here. Please use it in a channel or a server that it is meant for.';
}
