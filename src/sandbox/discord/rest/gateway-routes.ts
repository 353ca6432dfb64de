import { plainBucket, type RestReply, type RestRoute } from './route.ts';

/** Where apps ask for the gateway. The simulator has none, and says so. */
export const GATEWAY_ROUTES: readonly RestRoute[] = [
  { method: 'get', path: '/gateway', auth: 'none', bucket: plainBucket('gateway'), answer: noGateway },
  { method: 'get', path: '/gateway/bot', auth: 'bot', bucket: plainBucket('gateway-bot'), answer: noGateway },
];

function noGateway(): RestReply {
  return { status: 501, body: { message: 'The Discord simulator has no gateway.', code: 0 } };
}
