import { z } from 'zod';
import type { Rules } from '../../core/account/rules.ts';
import type { CheckoutOffer, Shop } from '../../core/buying/shop.ts';
import { apiPlaceOf, type ClosedTo, closedText } from '../../core/operator/places.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import { apiUserOf } from '../../core/wallets/wallet-user.ts';
import type { Wallets } from '../../core/wallets/wallets.ts';
import { HttpProblem } from '../errors.ts';
import { billingProblem } from './refused.ts';
import { type ApiRoute, parsed } from './route.ts';

const MOST_PACKS = 20;

const body = z.object({
  packs: z.int('expected a whole number').min(1).max(MOST_PACKS).default(1).describe('How many packs.'),
});

const answer = z.strictObject({ checkout_url: z.url() });

export interface TopUpDeps {
  shop: Pick<Shop, 'checkout'>;
  wallets: Pick<Wallets, 'read'>;
  closedTo: ClosedTo;
  rules: Pick<Rules, 'catalogue'>;
}

/** `POST /checkout/topup`: a page to buy tokens for the wallet of the API key. */
export function createTopUp({ shop, wallets, closedTo, rules }: TopUpDeps): ApiRoute {
  return {
    method: 'post',
    path: '/checkout/topup',
    id: 'topUp',
    summary: 'A page on which tokens are bought for the wallet of the API key.',
    body: { schema: body, isOptional: true },
    answer: { description: 'Where to pay.', schema: answer },
    errors: [400, 403, 409, 429, 502, 503],
    async handle(request, response, { accountId }) {
      const { packs } = parsed(body, request.body);
      const account = await wallets.read(accountId);
      const closed = account === null ? null : closedTo(apiPlaceOf(account));
      if (closed !== null) throw new HttpProblem({ status: 403, code: 'closed', message: closedText(closed) });
      const offer = await shop
        .checkout(apiUserOf(accountId), rules.catalogue.packs[0].key, packs)
        .catch((error: unknown) => {
          throw billingProblem(error);
        });
      const told: z.infer<typeof answer> = { checkout_url: urlIn(offer) };
      response.json(told);
    },
  };
}

/** @throws HttpProblem when there is no page to pay on */
function urlIn(offer: CheckoutOffer): string {
  switch (offer.kind) {
    case 'link':
      return offer.url;
    case 'too_many_links':
      throw new HttpProblem({
        status: 429,
        code: 'too_many_links',
        message: `Expected at most ${offer.limit} links a minute.`,
        retryAfterSeconds: MINUTE / SECOND,
      });
    case 'busy':
      throw new HttpProblem({
        status: 409,
        code: 'checkout_busy',
        message: 'Another checkout is being opened at this moment. Please try again.',
        retryAfterSeconds: 1,
      });
    case 'other_open':
      throw new HttpProblem({
        status: 409,
        code: 'checkout_open',
        message: `Another checkout is open for this wallet. Expected it to be paid first: ${offer.url}`,
      });
    case 'has_plan':
      throw new Error(`expected a top-up to be possible beside ${offer.planName}`);
  }
}
