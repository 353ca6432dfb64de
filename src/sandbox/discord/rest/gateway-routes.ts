import { plainBucket, type RestRoute } from './route.ts';

/** Where apps ask for the gateway. */
export const GATEWAY_ROUTES: readonly RestRoute[] = [
  {
    method: 'get',
    path: '/gateway',
    auth: 'none',
    bucket: plainBucket('gateway'),
    answer: ({ world }) => ({ status: 200, body: { url: world.gatewayInformation().url } }),
  },
  {
    method: 'get',
    path: '/gateway/bot',
    auth: 'bot',
    bucket: plainBucket('gateway-bot'),
    answer: ({ world }) => ({ status: 200, body: world.gatewayInformation() }),
  },
];
