import { checkoutReply } from '../src/core/buying/checkout-reply.ts';
import { inWords, planOffer } from '../src/core/buying/offer-text.ts';
import { type Catalogue, planOf } from '../src/core/catalogue.ts';
import type { Command, CommandContext } from '../src/core/chat/command.ts';
import { closedText } from '../src/core/operator/places.ts';
import { formatTokens, formatUsd } from '../src/core/tokens.ts';

/** Source: Discord, Application Commands, "Application Command Option Structure". */
const LONGEST_DESCRIPTION = 100;

async function offerPlan({ turn, responder, services }: CommandContext, wanted: string): Promise<void> {
  await responder.acknowledge('private');
  const closed = services.closedTo(turn);
  if (closed !== null) return responder.reply({ text: closedText(closed) });
  const { catalogue } = services.rules;
  const plan = planOf(catalogue, wanted.trim().toLowerCase());
  if (plan === null) {
    await responder.reply({
      text: `There is no plan "${wanted.trim().slice(0, 40)}". ${plansText(catalogue)}`,
      buttons: catalogue.plans.map(({ key, name }) => ({ label: `Subscribe to ${name}`, action: `subscribe:${key}` })),
    });
    return;
  }
  const offer = await services.shop.checkout(turn.by, plan.key, 1);
  const what = `${services.brand.name} ${plan.name}: ${planOffer(plan)}`;
  await responder.reply(checkoutReply(offer, what, services.brand));
}

function plansText({ plans }: Catalogue): string {
  const each = plans.map(
    (plan) => `**${plan.key}** (${formatUsd(plan.monthlyCents)} a month, ${formatTokens(plan.tokensPerCycle)} tokens)`,
  );
  return `The ${each.length === 1 ? 'plan is' : 'plans are'} ${inWords(each, 'and')}.`;
}

/** @param catalogue whose plans are the choices */
export function createSubscribe({ plans }: Catalogue): Command {
  const keys = inWords(
    plans.map((plan) => plan.key),
    'or',
  );
  return {
    name: 'subscribe',
    description: 'Subscribe to a plan with monthly tokens',
    options: [
      {
        name: 'plan',
        description: keys.length <= LONGEST_DESCRIPTION ? keys : 'Which plan',
        type: 'string',
        required: true,
        choices: plans.map(({ key, name }) => ({ name, value: key })),
      },
    ],
    run: (context, options) => offerPlan(context, String(options.plan ?? '')),
    actions: { subscribe: offerPlan },
  };
}
