import type { Command, CommandContext } from '../src/core/chat/command.ts';
import { type PlanReply, planReplies } from '../src/core/plans/plan-replies.ts';

function answerBy(reply: PlanReply): (context: CommandContext, argument: string) => Promise<void> {
  return async ({ turn, responder, services }, argument) => {
    await responder.acknowledge('private');
    const desk = { catalogue: services.rules.catalogue, brand: services.brand.name, closed: services.closedTo(turn) };
    await responder.reply(await reply(services.plans.of(turn.by), desk, argument));
  };
}

const actions = Object.fromEntries(Object.entries(planReplies).map(([name, reply]) => [name, answerBy(reply)]));

export const plan: Command = {
  name: 'plan',
  description: 'Your plan: see it, change it, cancel it',
  options: [],
  run: (context) => answerBy(planReplies.plan)(context, ''),
  actions,
};
