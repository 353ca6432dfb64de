import type { Turn } from './chat.ts';

/** Where something was asked; the platforms' own ids. */
export type Place = Pick<Turn, 'by' | 'isPrivatePlace' | 'space' | 'channels'>;

/** Ids as the operator lists them; an empty list of what is allowed allows everything. */
export interface PlaceLists {
  /** Discord servers, Slack teams and organisations; `dm` for Discord's DMs, which are in no server. */
  allowSpaces: readonly string[];
  blockSpaces: readonly string[];
  /** Channels; `dm` for the members' own conversations with the bot. */
  allowChannels: readonly string[];
  blockChannels: readonly string[];
  /** User ids, on Slack also as `team:user`. */
  allowMembers: readonly string[];
  blockMembers: readonly string[];
}

/** What the operator has closed; null: the member may ask and buy here. */
export type ClosedTo = (place: Place) => 'member' | 'place' | null;

const DM = 'dm';

/** What is blocked stays so, even where it is allowed as well. */
export function createClosedTo(lists: PlaceLists): ClosedTo {
  const rules = {
    members: ruleOf(lists.allowMembers, lists.blockMembers),
    spaces: ruleOf(lists.allowSpaces, lists.blockSpaces),
    channels: ruleOf(lists.allowChannels, lists.blockChannels),
  };
  return ({ by, isPrivatePlace, space, channels }) => {
    const names = by.workspace === '' ? [by.user] : [by.user, `${by.workspace}:${by.user}`];
    if (!rules.members(names)) return 'member';
    // A Slack member's organisation is known by the member only; a Discord member has no workspace.
    const spaces = by.workspace === '' ? [space ?? DM] : [space ?? DM, by.workspace];
    const isOpen = rules.spaces(spaces) && rules.channels(isPrivatePlace ? [DM, ...channels] : channels);
    return isOpen ? null : 'place';
  };
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
