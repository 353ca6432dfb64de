import type { Catalogue } from '../../core/catalogue.ts';
import type { Brand } from '../../core/chat/command.ts';
import { planReplies } from '../../core/plans/plan-replies.ts';
import type { Plans } from '../../core/plans/plans.ts';
import { type ClosedOnPageDeps, closedOnPage } from './closed.ts';
import { textField } from './fields.ts';
import type { Action } from './outcome.ts';

/** The forms about a plan: their `step` is the action of the button that chat shows. */
export function planAction(deps: ClosedOnPageDeps & { plans: Plans; catalogue: Catalogue; brand: Brand }): Action {
  const shop = { catalogue: deps.catalogue, brand: deps.brand.name };
  return async ({ user }, request) => {
    const [name = '', argument = ''] = textField(request, 'step').split(':');
    const reply = Object.entries(planReplies).find(([known]) => known === name)?.[1];
    if (reply === undefined) return { kind: 'refused', status: 400, text: 'There is no such step for a plan.' };
    const desk = { ...shop, closed: await closedOnPage(deps, user) };
    return { kind: 'reply', title: 'Your plan', reply: await reply(deps.plans.of(user), desk, argument) };
  };
}
