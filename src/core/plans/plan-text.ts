import type { PlanView } from '../account/plan-change.ts';
import { buyButtons } from '../buying/buy-buttons.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Button, Reply } from '../chat/chat.ts';
import { formatDay } from '../time.ts';
import { formatPrice, formatTokens, formatUsd, lastingText } from '../tokens.ts';
import type { PlanOffer, PlanOutcome, Refused, TooManyPlanCalls } from './account-plan.ts';
import type { PlanRefusal } from './plan-faults.ts';

/** What is sold, and under which name. */
export interface PlanShop {
  catalogue: Catalogue;
  brand: string;
}

const BILLING: Button = { label: 'Billing', action: 'billing' };
const PLAN: Button = { label: 'Plan', action: 'plan' };

const STATUS: Readonly<Record<string, string>> = {
  on_hold: 'It is on hold: its last payment did not go through, so it gives no tokens. Change your card under Billing.',
  past_due: 'Its last payment did not go through yet. Change your card under Billing before it ends.',
  paused: 'It is paused.',
};

/** @returns such as " on 2026-12-22", nothing where the day is not known */
export function on(at: number | null): string {
  return at === null ? '' : ` on ${formatDay(at)}`;
}

export function endText({ nextBillingAt, lasting }: PlanView): string {
  const tokens = lasting.length === 0 ? '' : ` Your tokens stay yours until they expire: ${lastingText(lasting)}.`;
  return `It ends${on(nextBillingAt)} and will not renew.${tokens}`;
}

/** The plan in words. */
export function planText(view: PlanView, brand: string): string {
  const { plan, scheduled, changing } = view;
  const head = `Your plan: **${brand} ${plan.name}**, ${formatTokens(plan.tokensPerCycle)} tokens a month for ${formatUsd(plan.monthlyCents)}.`;
  const lines = [head];
  if (view.status !== 'active') lines.push(STATUS[view.status] ?? `It is ${view.status}.`);
  else lines.push(view.endsAtPeriodEnd ? endText(view) : `It renews${on(view.nextBillingAt)}.`);
  if (scheduled !== null) lines.push(`It changes to ${scheduled.plan?.name ?? 'another plan'}${on(scheduled.at)}.`);
  if (changing !== null) lines.push(`A change to ${changing.name} was asked for and is being confirmed.`);
  return lines.join('\n');
}

/** What can be done with it. */
export function planButtons(view: PlanView): Button[] {
  const { plan, scheduled, changing, endsAtPeriodEnd } = view;
  if (view.status !== 'active') {
    return [BILLING, { label: 'End plan now', action: 'plan_cancel', style: 'danger' }];
  }
  if (endsAtPeriodEnd) return [{ label: 'Resume', action: 'plan_resume', style: 'primary' }, BILLING];
  const isOpen = scheduled === null && changing === null;
  const changes = view.others.map(
    (other): Button => ({
      label: `Change to ${other.name} · ${formatUsd(other.monthlyCents)} a month`,
      action: `plan_change:${other.key}`,
      style: 'primary',
    }),
  );
  return [
    ...(isOpen ? changes : []),
    ...(scheduled === null ? [] : [{ label: `Keep ${plan.name}`, action: 'plan_keep' }]),
    { label: 'Cancel plan', action: 'plan_cancel', style: 'danger' },
    BILLING,
  ];
}

const REFUSALS: Readonly<Record<Exclude<PlanRefusal, 'no_plan'>, string>> = {
  no_such_plan: 'There is no such plan any more.',
  same_plan: 'You have this plan already.',
  inactive: 'Your plan is not running at the moment, so it cannot be changed. Under Billing you can change your card.',
  ending: 'Your plan is set to end, so it cannot be changed. Resume it first, or subscribe anew when it has ended.',
  scheduled: 'A change of your plan waits for its next billing date already. Take that back first.',
  pending:
    'A change of your plan is being confirmed, or waits for its payment. If your card was declined, change it under Billing; else look again in a few minutes.',
  unsupported:
    'The payment service does not change plans like yours directly. Nothing was charged. What works: cancel your plan (it runs, and you keep its tokens, until its end), and subscribe to the other plan when it has ended; for more tokens now, top up.',
  not_accepted:
    'The payment service did not accept this. Nothing was charged. You can see and cancel your plan under Billing; if that does not help, please tell whoever runs this bot.',
};

function refusedReply(shop: PlanShop, { why }: Refused): Reply {
  if (why === 'no_plan') return noPlanReply(shop);
  const topUp: Button = { label: 'Top up', action: 'topup:1' };
  const cancel: Button = { label: 'Cancel plan', action: 'plan_cancel', style: 'danger' };
  return { text: REFUSALS[why], buttons: why === 'unsupported' ? [topUp, cancel, BILLING] : [PLAN, BILLING] };
}

function tooManyReply({ limit }: TooManyPlanCalls): Reply {
  return { text: `You can do this ${limit} times a minute. Please try again in a minute.` };
}

export function noPlanReply({ catalogue }: PlanShop): Reply {
  return { text: 'You have no plan.', buttons: buyButtons(catalogue, false) };
}

/** Why there is no offer, or no answer to a wish. */
export function deniedReply(shop: PlanShop, denied: Refused | TooManyPlanCalls): Reply {
  return denied.kind === 'refused' ? refusedReply(shop, denied) : tooManyReply(denied);
}

/** What a member is to confirm. @param isDearer the charge has grown since it was shown */
export function offerReply({ step, now }: PlanOffer, isDearer: boolean): Reply {
  const { from, to } = step;
  const change = `${isDearer ? 'The charge is more than you were shown, so nothing was done. ' : ''}Change from ${from.plan.name} to **${to.name}**`;
  const then = `${formatUsd(to.monthlyCents)} a month for ${formatTokens(to.tokensPerCycle)} tokens`;
  const keep: Button = { label: `Stay with ${from.plan.name}`, action: 'plan' };
  if (now === null) {
    return {
      text: `${change}: nothing is charged now. Your plan stays as it is until it renews${on(from.nextBillingAt)}; from then on it costs ${then}.`,
      buttons: [{ label: `Change to ${to.name}`, action: `plan_confirm:0.${to.key}`, style: 'primary' }, keep],
    };
  }
  const price = formatPrice(now);
  return {
    text: `${change}: your card is charged **${price} now**, for the rest of this cycle, with the tokens that go with it. From the next renewal${on(from.nextBillingAt)} on it costs ${then}.`,
    buttons: [
      { label: `Pay ${price} and change`, action: `plan_confirm:${now.amount}.${to.key}`, style: 'primary' },
      keep,
    ],
  };
}

/** What is told of the plan that Dodo shows after it took a wish. */
export type Told = (view: PlanView) => string;

export function outcomeReply(shop: PlanShop, outcome: PlanOutcome, told: Told): Reply {
  switch (outcome.kind) {
    case 'taken':
      if (outcome.view === null) return noPlanReply(shop);
      return { text: told(outcome.view), buttons: planButtons(outcome.view) };
    case 'unknown':
      return {
        text: 'The payment service did not answer, so it is not known yet whether this was done. It is being looked up; please see your plan again in a minute before you try once more.',
        buttons: [PLAN],
      };
    case 'refused':
    case 'too_many':
      return deniedReply(shop, outcome);
  }
}

/** Dodo's answer alone is no proof. */
export const BEING_CONFIRMED =
  'The payment service has taken this and is confirming it. `/plan` shows when it is done.';
