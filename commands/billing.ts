import { buyButtons } from '../src/core/buying/buy-buttons.ts';
import { tooManyLinksText } from '../src/core/buying/checkout-reply.ts';
import type { Command, CommandContext } from '../src/core/chat/command.ts';

async function showBilling({ turn, responder, services }: CommandContext): Promise<void> {
  await responder.acknowledge('private');
  const offer = await services.shop.portal(turn.by);
  if (offer.kind === 'too_many_links') return responder.reply({ text: tooManyLinksText(offer) });
  if (offer.kind === 'nothing_bought') {
    await responder.reply({
      text: 'There is nothing to manage yet: you have not bought anything here.',
      buttons: buyButtons(services.rules.catalogue, false),
    });
    return;
  }
  await responder.reply({
    text: 'Here you can see your invoices, change your card, or cancel your plan. The link is a secret of yours and works for a day.',
    buttons: [{ label: 'Open billing', url: offer.url }],
  });
}

export const billing: Command = {
  name: 'billing',
  description: 'Invoices, card, and cancelling your plan',
  options: [],
  run: showBilling,
  actions: { billing: showBilling },
};
