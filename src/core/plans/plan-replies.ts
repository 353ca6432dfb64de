import type { Reply } from '../chat/chat.ts';
import { type ClosedTo, closedText } from '../operator/places.ts';
import { formatUsd } from '../tokens.ts';
import type { AccountPlan, PlanOutcome } from './account-plan.ts';
import {
  BEING_CONFIRMED,
  deniedReply,
  endText,
  noPlanReply,
  offerReply,
  on,
  outcomeReply,
  type PlanShop,
  planButtons,
  planText,
  type Told,
} from './plan-text.ts';

export interface PlanDesk extends PlanShop {
  /** What the operator has closed to whoever asks: they may look and cancel, and buy nothing. */
  closed: ReturnType<ClosedTo>;
}

/** Does what a button about a plan says. Throws BillingError where nothing was done. */
export type PlanReply = (mine: AccountPlan, desk: PlanDesk, argument: string) => Promise<Reply>;

async function showPlan(mine: AccountPlan, desk: PlanDesk): Promise<Reply> {
  const view = await mine.view();
  return view === null ? noPlanReply(desk) : { text: planText(view, desk.brand), buttons: planButtons(view) };
}

async function offerChange(mine: AccountPlan, desk: PlanDesk, key: string): Promise<Reply> {
  if (desk.closed !== null) return { text: closedText(desk.closed) };
  const offer = await mine.offer(key);
  return offer.kind === 'offer' ? offerReply(offer, false) : deniedReply(desk, offer);
}

async function confirmChange(mine: AccountPlan, desk: PlanDesk, argument: string): Promise<Reply> {
  if (desk.closed !== null) return { text: closedText(desk.closed) };
  const [, charge = '0', key = ''] = /^(\d{1,12})\.(.+)$/.exec(argument) ?? [];
  const outcome = await mine.change(key, Number(charge));
  if (outcome.kind === 'offer') return offerReply(outcome, true);
  const told: Told = (view) =>
    view.plan.key === key || view.scheduled?.plan?.key === key
      ? `Done.\n${planText(view, desk.brand)}`
      : `${BEING_CONFIRMED} You get a DM then, and also if your card is declined.`;
  return outcomeReply(desk, outcome, told);
}

/** A button that asks for something, and what is told when the plan shows it. */
function wish(ask: (mine: AccountPlan) => Promise<PlanOutcome>, told: Told): PlanReply {
  return async (mine, desk) => outcomeReply(desk, await ask(mine), told);
}

/** By the first word of a button's action; the same in chat and on the account page. */
export const planReplies = {
  plan: showPlan,
  plan_change: offerChange,
  plan_confirm: confirmChange,
  plan_cancel: wish(
    (mine) => mine.cancel(),
    (view) => (view.endsAtPeriodEnd ? `Your ${view.plan.name} plan is cancelled. ${endText(view)}` : BEING_CONFIRMED),
  ),
  plan_resume: wish(
    (mine) => mine.resume(),
    (view) =>
      view.endsAtPeriodEnd
        ? BEING_CONFIRMED
        : `Your ${view.plan.name} plan goes on. It renews${on(view.nextBillingAt)} for ${formatUsd(view.plan.monthlyCents)}.`,
  ),
  plan_keep: wish(
    (mine) => mine.keep(),
    (view) =>
      view.scheduled === null
        ? `You stay with ${view.plan.name}; it renews${on(view.nextBillingAt)}.`
        : BEING_CONFIRMED,
  ),
} satisfies Record<string, PlanReply>;
