import type { PlanKey } from '../src/core/catalogue.ts';
import { checkoutReply } from '../src/core/checkout-reply.ts';
import type { Command, CommandContext } from '../src/core/command.ts';
import { closedText } from '../src/core/places.ts';
import { formatTokens, formatUsd } from '../src/core/tokens.ts';

const PLAN_KEYS: readonly PlanKey[] = ['starter', 'pro'];

async function offerPlan({ turn, responder, services }: CommandContext, wanted: string): Promise<void> {
  await responder.acknowledge('private');
  const closed = services.closedTo(turn);
  if (closed !== null) return responder.reply({ text: closedText(closed) });
  const { plans } = services.rules.catalogue;
  const key = PLAN_KEYS.find((candidate) => candidate === wanted.trim().toLowerCase());
  if (key === undefined) {
    const text = `There is no plan "${wanted.trim().slice(0, 40)}". The plans are **starter** (${formatUsd(plans.starter.monthlyCents)} a month, ${formatTokens(plans.starter.tokensPerCycle)} tokens) and **pro** (${formatUsd(plans.pro.monthlyCents)} a month, ${formatTokens(plans.pro.tokensPerCycle)} tokens).`;
    await responder.reply({
      text,
      buttons: PLAN_KEYS.map((plan) => ({ label: `Subscribe to ${plans[plan].name}`, action: `subscribe:${plan}` })),
    });
    return;
  }
  const plan = plans[key];
  const offer = await services.shop.checkout(turn.by, key, 1);
  const what = `${services.brand.name} ${plan.name}: ${formatTokens(plan.tokensPerCycle)} tokens a month for ${formatUsd(plan.monthlyCents)}`;
  await responder.reply(checkoutReply(offer, what, services.brand));
}

export const subscribe: Command = {
  name: 'subscribe',
  description: 'Subscribe to a plan with monthly tokens',
  options: [
    {
      name: 'plan',
      description: 'starter or pro',
      type: 'string',
      required: true,
      choices: [
        { name: 'Starter', value: 'starter' },
        { name: 'Pro', value: 'pro' },
      ],
    },
  ],
  run: (context, options) => offerPlan(context, String(options.plan ?? '')),
  actions: { subscribe: offerPlan },
};
