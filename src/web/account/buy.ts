import { tooManyLinksText } from '../../core/buying/checkout-reply.ts';
import type { CheckoutOffer, Shop } from '../../core/buying/shop.ts';
import { type Catalogue, packOf, planOf } from '../../core/catalogue.ts';
import { closedText } from '../../core/operator/places.ts';
import type { WalletUser } from '../../core/wallets/wallet-user.ts';
import { type ClosedOnPageDeps, closedOnPage } from './closed.ts';
import { textField, wholeNumber } from './fields.ts';
import type { Action, Outcome } from './outcome.ts';
import { MOST_PACKS } from './sections/buying.ts';

export interface BuyDeps extends ClosedOnPageDeps {
  shop: Shop;
  catalogue: Catalogue;
}

/** The forms that lead to Dodo: checkouts, and the customer portal. */
export function buy({ shop, catalogue, ...deps }: BuyDeps): Record<string, Action> {
  async function closed(by: WalletUser): Promise<Outcome | null> {
    const to = await closedOnPage(deps, by);
    return to === null ? null : refused(403, closedText(to));
  }

  return {
    async subscribe({ user }, request) {
      const plan = planOf(catalogue, textField(request, 'plan'));
      if (plan === null) return refused(400, 'Please choose one of the plans.');
      return (await closed(user)) ?? outcomeOf(await shop.checkout(user, plan.key, 1));
    },
    async 'top-up'({ user }, request) {
      const pack = packOf(catalogue, textField(request, 'pack'));
      const count = wholeNumber(textField(request, 'packs'), 1, MOST_PACKS);
      if (pack === null || count === null) return refused(400, `You can buy 1 to ${MOST_PACKS} packs at a time.`);
      return (await closed(user)) ?? outcomeOf(await shop.checkout(user, pack.key, count));
    },
    async invoices({ user }) {
      const offer = await shop.portal(user);
      if (offer.kind === 'link') return { kind: 'away', what: 'the payment portal', url: offer.url };
      if (offer.kind === 'too_many_links') return refused(429, tooManyLinksText(offer));
      return refused(409, 'You have not bought anything yet, so there are no invoices.');
    },
  };
}

function refused(status: number, text: string): Outcome {
  return { kind: 'refused', status, text };
}

function outcomeOf(offer: CheckoutOffer): Outcome {
  switch (offer.kind) {
    case 'link':
    case 'other_open':
      return {
        kind: 'away',
        what: offer.kind === 'link' ? 'your checkout' : 'the checkout that you have open already',
        url: offer.url,
      };
    case 'has_plan':
      return refused(409, `You already have the plan ${offer.planName}. For more tokens now, top up.`);
    case 'too_many_links':
      return refused(429, tooManyLinksText(offer));
    case 'busy':
      return refused(409, 'Your checkout is being prepared. Please try again in a few seconds.');
  }
}
