import { isIPv6 } from 'node:net';
import { z } from 'zod';
import type { Subscribing } from '../../core/buying/subscribe.ts';
import type { ApiPlace, ClosedTo } from '../../core/operator/places.ts';
import { SECOND } from '../../core/time.ts';
import { apiUserOf } from '../../core/wallets/wallet-user.ts';
import { HttpProblem } from '../errors.ts';
import { billingProblem } from './refused.ts';
import { type ApiRoute, parsed } from './route.ts';

const body = z.object({
  plan: z.string('expected a text').describe('The key of a plan, such as starter or pro.'),
  email: z.email('expected an e-mail address').max(254),
  name: z.string('expected a text').trim().min(1, 'expected a name').max(200),
});

const answer = z.strictObject({ checkout_url: z.url(), session_id: z.string() });

export interface SubscribeDeps {
  subscribing: Pick<Subscribing, 'subscribe'>;
  closedTo: ClosedTo;
}

/** Somebody of whom nothing is known: what the operator has closed to them could not be used after it was paid. */
const ANYBODY: ApiPlace = { by: apiUserOf('anybody'), space: null, chatUsers: [] };

/** `POST /checkout/subscribe`: a plan for somebody whom no chat knows. */
export function createSubscribe({ subscribing, closedTo }: SubscribeDeps): ApiRoute {
  return {
    method: 'post',
    path: '/checkout/subscribe',
    id: 'subscribe',
    summary:
      'Begins a subscription with a wallet of its own. After the payment, the buyer comes to a page that shows the first API key, once.',
    body: { schema: body },
    answer: { description: 'Where to pay.', schema: answer },
    errors: [400, 403, 429, 502, 503],
    isOpen: true,
    async handle(request, response) {
      const wish = parsed(body, request.body);
      if (closedTo(ANYBODY) !== null) {
        const message = 'This service is not open to everybody. Please ask whoever runs it.';
        throw new HttpProblem({ status: 403, code: 'closed', message });
      }
      const offer = await subscribing
        .subscribe({ ...wish, address: networkOf(request.ip ?? '') })
        .catch((error: unknown) => {
          throw billingProblem(error);
        });
      if (offer.kind === 'unknown_plan') {
        const message = `plan: expected ${offer.plans.join(' or ')}`;
        throw new HttpProblem({ status: 400, code: 'unknown_plan', message, param: 'plan' });
      }
      if (offer.kind === 'too_many') {
        throw new HttpProblem({
          status: 429,
          code: 'too_many_subscriptions',
          message: 'Too many subscriptions are being begun. Please try again in a minute.',
          retryAfterSeconds: Math.ceil(offer.retryAfterMs / SECOND),
        });
      }
      const told: z.infer<typeof answer> = { checkout_url: offer.url, session_id: offer.sessionId };
      response.json(told);
    },
  };
}

/** One household has 2^64 addresses of IPv6 (RFC 6177): they count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const first = head.split(':').filter(Boolean);
  const last = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const whole = tail === undefined ? first : [...first, ...Array(8 - first.length - last.length).fill('0'), ...last];
  return whole.slice(0, 4).join(':');
}
