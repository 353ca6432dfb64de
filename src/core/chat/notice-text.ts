import type { Notice } from '../account/notice-facts.ts';
import { formatTokens, formatUsd, lastingText } from '../tokens.ts';
import type { Button, Reply } from './chat.ts';
import type { Brand } from './command.ts';

/** A notice in words. Every notice has a button whose action ends in its id: an attempt that got lost is found by it. */
export function noticeReply(notice: Notice, brand: Brand): Reply {
  const action = (name: string) => `${name}~${notice.id}`;
  const balance: Button = { label: 'Balance', action: action('balance') };
  const topUp: Button = { label: 'Top up', action: action('topup:1'), style: 'primary' };
  const billing: Button = { label: 'Billing', action: action('billing') };
  const { facts } = notice;
  switch (facts.kind) {
    case 'credits_added':
      return {
        text: `**${formatTokens(facts.tokens)} tokens were added** to your ${brand.name} wallet. Your balance is now ${formatTokens(facts.balance)} tokens.`,
        buttons: [balance],
      };
    case 'low_balance':
      return { text: lowBalanceText(facts, brand), buttons: [topUp, balance] };
    case 'overage_cap':
      return { text: overageText(facts, brand), buttons: [topUp, balance] };
    case 'payment_failed':
      return {
        text: `Your payment of ${formatUsd(facts.amountCents)} to ${brand.name} did not go through${facts.reason === null ? '' : ` (${facts.reason})`}. No tokens were added. You can try again, or change your card under Billing.`,
        buttons: [billing],
      };
    case 'second_plan_cancelled':
      return {
        text: `You paid for ${brand.name} ${facts.planName} while another plan of yours is running. We have cancelled the second one, so it will not renew. Whoever runs this bot was told and can refund it.`,
        buttons: [billing],
      };
    case 'identity_linked':
      return {
        text: `Your ${brand.name} wallet is now shared with ${facts.user.user} on ${facts.user.platform === 'discord' ? 'Discord' : 'Slack'}, who typed the code that \`/link\` showed. If that was not you, type \`/link remove\` here at once.`,
        buttons: [balance],
      };
    case 'plan_changed':
      return {
        text: `Your ${brand.name} plan is now **${facts.planName}**: ${formatTokens(facts.tokensPerCycle)} tokens a month for ${formatUsd(facts.monthlyCents)}.`,
        buttons: [{ label: 'Plan', action: action('plan') }, balance],
      };
    case 'plan_ended':
      return {
        text: `Your ${brand.name} ${facts.planName} plan has ended. ${facts.lasting.length === 0 ? 'Any tokens that are left stay yours until they expire.' : `Your tokens stay yours until they expire: ${lastingText(facts.lasting)}.`}`,
        buttons: [topUp, balance],
      };
    case 'tokens_taken_back':
      return {
        text: `A payment of yours to ${brand.name} was ${facts.cause === 'refund' ? 'refunded' : 'disputed with your bank'}, so **${formatTokens(facts.tokens)} tokens that it had paid for were taken back**.${facts.cause === 'dispute' ? ' You get them back if the dispute is withdrawn or decided that way.' : ''}`,
        buttons: [balance],
      };
    case 'tokens_given_back':
      return {
        text: `The dispute over your payment to ${brand.name} is over: **${formatTokens(facts.tokens)} tokens are back** in your wallet.`,
        buttons: [balance],
      };
    case 'payment_not_joined':
      return {
        text: `A payment to ${brand.name} was made through your checkout, but it could not be safely joined to your wallet. Whoever runs this bot was told; please contact them with the payment's receipt.`,
        buttons: [balance],
      };
  }
}

function lowBalanceText(facts: Extract<Notice['facts'], { kind: 'low_balance' }>, brand: Brand): string {
  const of = `of the ${formatTokens(facts.granted)} tokens added last`;
  if (facts.percent > 0) {
    return `Your ${brand.name} balance is low: **${formatTokens(facts.left)} tokens left**, at or below ${facts.percent}% ${of}.`;
  }
  const then = facts.overage
    ? 'Further answers are billed as overage with your next invoice, up to your cap.'
    : 'Answers stop until you top up or your plan renews.';
  return `Your ${brand.name} tokens are used up (0 left ${of}). ${then}`;
}

function overageText(facts: Extract<Notice['facts'], { kind: 'overage_cap' }>, brand: Brand): string {
  const cap = formatUsd(facts.capCents);
  if (facts.percent < 100) {
    return `You have used **${formatUsd(facts.usedCents)} of overage** in this cycle: ${facts.percent}% of your cap of ${cap}. It will be on your next ${brand.name} invoice. You can change the cap with /alerts.`;
  }
  const raise = facts.setBy === 'member' ? ', you raise the cap with /alerts' : '';
  return `You have reached your overage cap of **${cap}** for this cycle; no more will be added to your next ${brand.name} invoice. Answers stop until your plan renews${raise} or you top up.`;
}
