import { buyButtons } from '../src/core/buying/buy-buttons.ts';
import type { PaymentNews } from '../src/core/buying/payment-look.ts';
import type { Command, CommandContext } from '../src/core/chat/command.ts';
import { formatDay, SECOND } from '../src/core/time.ts';
import { formatTokens, lastingText } from '../src/core/tokens.ts';
import type { WalletFigures } from '../src/core/wallets/wallet-view.ts';

/** For how long a member waits while a payment of theirs is looked for; the look itself goes on. */
const LOOK_WITHIN = 6 * SECOND;

const NEWS: Record<PaymentNews | 'late', string | null> = {
  none: null,
  arrived: 'Your payment has arrived.',
  confirming: 'Your payment is still being confirmed; you will get a DM when the tokens are here.',
  not_joined:
    'A payment through your checkout was made by a customer of another wallet, so it could not be joined to yours. Please contact whoever runs this bot.',
  unpaid: 'A checkout of yours is open and not paid yet.',
  unknown: 'Whether a payment of yours has come could not be looked up just now; it is looked for again by itself.',
  late: 'A payment of yours is being looked for; please ask again in a moment.',
};

function lines(figures: WalletFigures, brand: string): string[] {
  if (figures.balance === null) {
    return ['Your payment is being confirmed; your balance will be here in a minute.'];
  }
  const shown = [`**${formatTokens(figures.left)} tokens left** in your ${brand} wallet.`];
  if (figures.held > 0)
    shown.push(`${formatTokens(figures.held)} of them are held for answers that are being written.`);
  if (figures.expiring > 0) {
    shown.push(`${formatTokens(figures.expiring)} of them expire within minutes and cannot be spent any more.`);
  }
  if (figures.unsettled > 0) {
    shown.push(
      `${formatTokens(figures.unsettled)} tokens that you used are already taken off here and still on their way to the ledger (balance there: ${formatTokens(figures.balance)}).`,
    );
  }
  if (figures.overage > 0 || figures.overageAllowed > 0) {
    shown.push(
      `Overage in this cycle: ${formatTokens(figures.overage)} tokens; ${formatTokens(figures.overageAllowed)} more until your cap.`,
    );
  }
  if (figures.plan === null) shown.push('You have no plan.');
  else {
    const { name, endsAtPeriodEnd, nextBillingAt } = figures.plan;
    const on = nextBillingAt === null ? '' : ` on ${formatDay(nextBillingAt)}`;
    shown.push(`Plan: ${name}, which ${endsAtPeriodEnd ? 'ends' : 'renews'}${on}.`);
  }
  const isRenewed = figures.plan !== null && !figures.plan.endsAtPeriodEnd;
  if (figures.left > 0 && !isRenewed && figures.lasting.length > 0) {
    shown.push(`Your tokens stay yours until they expire: ${lastingText(figures.lasting)}.`);
  }
  return shown;
}

async function showBalance({ turn, responder, services }: CommandContext): Promise<void> {
  await responder.acknowledge('private');
  const news = NEWS[await services.within(services.payments.look(turn.by), LOOK_WITHIN)];
  const figures = await services.wallet.figures(turn.by);
  const shown = lines(figures, services.brand.name);
  const hasPlan = figures.plan !== null;
  await responder.reply({
    text: (news === null || figures.balance === null ? shown : [news, ...shown]).join('\n'),
    buttons: [
      ...buyButtons(services.rules.catalogue, hasPlan),
      ...(figures.hasCustomer ? [{ label: 'Billing', action: 'billing' }] : []),
    ],
  });
}

export const balance: Command = {
  name: 'balance',
  description: 'See the tokens that you have left',
  options: [],
  run: showBalance,
  actions: { balance: showBalance },
};
