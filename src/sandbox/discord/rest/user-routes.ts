import { DiscordApiError } from '../api-error.ts';
import { dmChannelOf } from '../dm-channel.ts';
import { isObject } from '../rules/json.ts';
import { channelObject } from './channel-routes.ts';
import { plainBucket, type RestRoute } from './route.ts';

/** Users, and the bot's DMs with them. */
export const USER_ROUTES: readonly RestRoute[] = [
  {
    method: 'get',
    path: '/users/@me',
    auth: 'bot',
    bucket: plainBucket('users-me'),
    answer: ({ world }) => ({ status: 200, body: world.application.bot }),
  },
  {
    method: 'get',
    path: '/users/:userId',
    auth: 'bot',
    bucket: plainBucket('users-get'),
    answer({ world, params }) {
      const person = world.store.people.get(params.userId ?? '');
      if (!person) throw new DiscordApiError(10013);
      return { status: 200, body: person.user };
    },
  },
  {
    method: 'post',
    path: '/users/@me/channels',
    auth: 'bot',
    bucket: plainBucket('dm-create'),
    answer({ world, body }) {
      const recipient = isObject(body) ? String(body.recipient_id) : '';
      if (!world.store.people.has(recipient)) throw new DiscordApiError(50033);
      return { status: 200, body: channelObject(world, dmChannelOf(world, recipient)) };
    },
  },
];
