import type { Reply } from '../chat/chat.ts';
import type { Brand } from '../chat/command.ts';
import type { CheckoutOffer, TooManyLinks } from './shop.ts';

/** What a member reads when they want to buy. */
export function checkoutReply(offer: CheckoutOffer, what: string, brand: Brand): Reply {
  switch (offer.kind) {
    case 'link':
      return {
        text: `${offer.again ? 'Your checkout is still open' : 'Here is your checkout'} for **${what}**. The link is yours alone. You will get a DM when the tokens arrive, usually within a minute of paying.`,
        buttons: [{ label: 'Pay', url: offer.url }],
      };
    case 'other_open':
      return {
        text: `You already have a checkout open for ${offer.isPlan ? `the ${offer.product} plan` : 'a top-up'}. Please pay that one first, or wait until it closes (24 hours after it was opened).`,
        buttons: [{ label: 'Open checkout', url: offer.url }],
      };
    case 'has_plan':
      return {
        text: `You already have ${brand.name} ${offer.planName}. You can change or cancel it with /plan; for more tokens now, top up.`,
        buttons: [
          { label: 'Plan', action: 'plan' },
          { label: 'Top up', action: 'topup:1', style: 'primary' },
        ],
      };
    case 'too_many_links':
      return { text: tooManyLinksText(offer) };
    case 'busy':
      return { text: 'Your checkout is being prepared. Please try again in a few seconds.' };
  }
}

/** Why a member gets no link now, neither to a checkout nor to the portal. */
export function tooManyLinksText({ limit }: TooManyLinks): string {
  return `You can open ${limit} payment links a minute; the ones that you have still work. Please try again in a minute.`;
}
