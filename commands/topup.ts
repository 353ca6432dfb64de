import { checkoutReply } from '../src/core/checkout-reply.ts';
import type { Command, CommandContext } from '../src/core/command.ts';
import { closedText } from '../src/core/places.ts';
import { formatTokens, formatUsd } from '../src/core/tokens.ts';

/** Packs in one purchase; more is rather a mistake than a wish. */
const MOST_PACKS = 20;

async function offerPacks({ turn, responder, services }: CommandContext, wanted: string): Promise<void> {
  await responder.acknowledge('private');
  const closed = services.closedTo(turn);
  if (closed !== null) return responder.reply({ text: closedText(closed) });
  const packs = /^\d{1,3}$/.test(wanted) ? Number(wanted) : Number.NaN;
  if (!(packs >= 1 && packs <= MOST_PACKS)) {
    await responder.reply({
      text: `You can buy 1 to ${MOST_PACKS} packs at a time, not "${wanted.slice(0, 40)}". For example: /topup 2`,
    });
    return;
  }
  const { topUp } = services.rules.catalogue;
  const offer = await services.shop.checkout(turn.by, 'topup', packs);
  const name = packs === 1 ? 'Token Top-Up Pack' : `${packs} Token Top-Up Packs`;
  const what = `${name}: ${formatTokens(packs * topUp.tokens)} tokens for ${formatUsd(packs * topUp.cents)}, good for ${topUp.expiresAfterDays} days`;
  await responder.reply(checkoutReply(offer, what, services.brand));
}

export const topup: Command = {
  name: 'topup',
  description: 'Buy tokens once, without a plan or beside it',
  options: [
    { name: 'packs', description: 'How many packs (1)', type: 'integer', required: false, min: 1, max: MOST_PACKS },
  ],
  run: (context, options) => offerPacks(context, String(options.packs ?? '1').trim() || '1'),
  actions: { topup: offerPacks },
};
