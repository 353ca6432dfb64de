import { describe, expect, it } from 'vitest';
import { createClosedTo, type Place, type PlaceLists } from '../../../src/core/operator/places.ts';
import { apiUserOf } from '../../../src/core/wallets/wallet-user.ts';

const open: PlaceLists = {
  allowSpaces: [],
  blockSpaces: [],
  allowChannels: [],
  blockChannels: [],
  allowMembers: [],
  blockMembers: [],
};

const onServer = {
  by: { platform: 'discord', workspace: '', user: '7' } as const,
  isPrivatePlace: false,
  space: '100',
  channels: ['11', '10'],
};
const inDiscordDm: Place = { ...onServer, isPrivatePlace: true, space: null, channels: ['99'] };
const onSlack = {
  by: { platform: 'slack', workspace: 'E1', user: 'U7' } as const,
  isPrivatePlace: false,
  space: 'T1',
  channels: ['C1'],
};
const byApi: Place = { by: apiUserOf('acc_1'), space: null, chatUsers: [onServer.by, onSlack.by] };
const inSlackDm: Place = { ...onSlack, isPrivatePlace: true, channels: ['D1'] };

describe('places that the operator opens and closes', () => {
  it.each<[string, Partial<PlaceLists>, Place, 'member' | 'place' | null]>([
    ['nothing listed', {}, onServer, null],
    ['another server allowed', { allowSpaces: ['200'] }, onServer, 'place'],
    ['the server allowed', { allowSpaces: ['200', '100'] }, onServer, null],
    ['the server blocked', { blockSpaces: ['100'] }, onServer, 'place'],
    ['the server allowed and blocked', { allowSpaces: ['100'], blockSpaces: ['100'] }, onServer, 'place'],
    ['a server allowed, in a DM', { allowSpaces: ['100'] }, inDiscordDm, 'place'],
    ['a server and DMs allowed, in a DM', { allowSpaces: ['100', 'dm'] }, inDiscordDm, null],
    ['DMs blocked', { blockSpaces: ['dm'] }, inDiscordDm, 'place'],
    ['the team allowed', { allowSpaces: ['T1'] }, onSlack, null],
    ['the organisation allowed', { allowSpaces: ['E1'] }, onSlack, null],
    ['the organisation blocked', { blockSpaces: ['E1'] }, inSlackDm, 'place'],
    ['another organisation allowed', { allowSpaces: ['E2'] }, onSlack, 'place'],
    ["a thread's channel allowed", { allowChannels: ['10'] }, onServer, null],
    ["a thread's channel blocked", { blockChannels: ['10'] }, onServer, 'place'],
    ['another channel allowed', { allowChannels: ['C2'] }, onSlack, 'place'],
    ['another channel and DMs allowed, in a DM', { allowChannels: ['C2', 'dm'] }, inSlackDm, null],
    ['DMs blocked, in a channel', { blockChannels: ['dm'] }, onSlack, null],
    ['another member allowed', { allowMembers: ['8'] }, onServer, 'member'],
    ['the member allowed', { allowMembers: ['8', '7'] }, onServer, null],
    ['the member blocked', { blockMembers: ['7'] }, inDiscordDm, 'member'],
    ['the member blocked with their team', { blockMembers: ['E1:U7'] }, onSlack, 'member'],
    ['nothing listed, by a program', {}, byApi, null],
    ['the API blocked', { blockSpaces: ['api'] }, byApi, 'place'],
    ['the API blocked as a channel', { blockChannels: ['api'] }, byApi, 'place'],
    ['the API blocked, in a channel', { blockSpaces: ['api'] }, onServer, null],
    ['servers allowed, by a program', { allowSpaces: ['100', 'dm'] }, byApi, 'place'],
    ['servers and the API allowed', { allowSpaces: ['100', 'api'] }, byApi, null],
    ['a member of the wallet blocked, by a program', { blockMembers: ['E1:U7'] }, byApi, 'member'],
    ['another member allowed, by a program', { allowMembers: ['8'] }, byApi, 'member'],
    ['a member of the wallet allowed, by a program', { allowMembers: ['7'] }, byApi, null],
    ['the account allowed, by a program', { allowMembers: ['acc_1'] }, byApi, null],
    ['a namesake of another team blocked', { blockMembers: ['E2:U7'] }, onSlack, null],
  ])('with %s', (_, lists, place, expected) => {
    expect(createClosedTo({ ...open, ...lists })(place)).toBe(expected);
  });
});
