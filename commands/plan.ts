import type { AccountPlan, PlanOutcome } from '../src/core/account-plan.ts';
import type { Command, CommandContext } from '../src/core/command.ts';
import { closedText } from '../src/core/places.ts';
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
} from '../src/core/plan-text.ts';
import { formatUsd } from '../src/core/tokens.ts';

function shopOf({ services }: CommandContext): PlanShop {
  return { catalogue: services.rules.catalogue, brand: services.brand.name };
}

async function showPlan(context: CommandContext): Promise<void> {
  const { turn, responder, services } = context;
  await responder.acknowledge('private');
  const view = await services.plans.of(turn.by).view();
  const shop = shopOf(context);
  await responder.reply(
    view === null ? noPlanReply(shop) : { text: planText(view, shop.brand), buttons: planButtons(view) },
  );
}

async function offerChange(context: CommandContext, key: string): Promise<void> {
  const { turn, responder, services } = context;
  await responder.acknowledge('private');
  const closed = services.closedTo(turn);
  if (closed !== null) return responder.reply({ text: closedText(closed) });
  const offer = await services.plans.of(turn.by).offer(key);
  await responder.reply(offer.kind === 'offer' ? offerReply(offer, false) : deniedReply(shopOf(context), offer));
}

async function confirmChange(context: CommandContext, argument: string): Promise<void> {
  const { turn, responder, services } = context;
  await responder.acknowledge('private');
  const closed = services.closedTo(turn);
  if (closed !== null) return responder.reply({ text: closedText(closed) });
  const [, charge = '0', key = ''] = /^(\d{1,12})\.(.+)$/.exec(argument) ?? [];
  const outcome = await services.plans.of(turn.by).change(key, Number(charge));
  if (outcome.kind === 'offer') return responder.reply(offerReply(outcome, true));
  const shop = shopOf(context);
  const told: Told = (view) =>
    view.plan.key === key || view.scheduled?.plan?.key === key
      ? `Done.\n${planText(view, shop.brand)}`
      : `${BEING_CONFIRMED} You get a DM then, and also if your card is declined.`;
  await responder.reply(outcomeReply(shop, outcome, told));
}

/** A button that asks for something, and what is told when the plan shows it. */
function wish(
  ask: (plan: AccountPlan) => Promise<PlanOutcome>,
  told: Told,
): (context: CommandContext) => Promise<void> {
  return async (context) => {
    const { turn, responder, services } = context;
    await responder.acknowledge('private');
    await responder.reply(outcomeReply(shopOf(context), await ask(services.plans.of(turn.by)), told));
  };
}

export const plan: Command = {
  name: 'plan',
  description: 'Your plan: see it, change it, cancel it',
  options: [],
  run: showPlan,
  actions: {
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
  },
};
