import type { PlanView } from '../../../core/account/plan-change.ts';
import type { AccountView } from '../../../core/account-page/view.ts';
import { packOffer, planOffer } from '../../../core/buying/offer-text.ts';
import type { Catalogue } from '../../../core/catalogue.ts';
import { planButtons, planText } from '../../../core/plans/plan-text.ts';
import type { FormOf } from '../form.ts';
import { type Html, html } from '../html.ts';
import type { Frame } from '../layout.ts';
import { replyForms } from '../reply-forms.ts';
import { markdownLines } from '../words.ts';

/** Packs in one purchase, as in chat. */
export const MOST_PACKS = 20;

/** The plan, tokens bought once, and invoices. */
export function buyingSection(
  { figures, plan }: AccountView,
  frame: Frame,
  catalogue: Catalogue,
  formOf: FormOf,
): Html {
  return html`<section class="card" aria-labelledby="plan">
<h2 id="plan">Plan and payments</h2>
${plan === null ? subscribe(catalogue, formOf) : running(plan, frame, formOf)}
<h3>Tokens without a plan, or beside it</h3>
${topUp(catalogue, formOf)}
<h3>Invoices and card</h3>
${figures.hasCustomer ? formOf('/account/invoices', html`<p>Invoices, your card and your address are kept by Dodo Payments, who sells for us.</p><button class="quiet">Open the payment portal</button>`) : html`<p class="quiet">You have not bought anything yet, so there are no invoices.</p>`}
</section>`;
}

function running(plan: PlanView, { brand, base }: Frame, formOf: FormOf): Html {
  // The portal has a button of its own below.
  const buttons = planButtons(plan).filter((button) => !('action' in button && button.action === 'billing'));
  return html`${markdownLines(planText(plan, brand.name))}${replyForms(buttons, base, formOf)}`;
}

function subscribe({ plans }: Catalogue, formOf: FormOf): Html {
  return formOf(
    '/account/subscribe',
    html`<fieldset><legend>You have no plan. Choose one:</legend>
${plans.map(
  (plan, index) =>
    html`<p class="check"><input type="radio" id="plan-${plan.key}" name="plan" value="${plan.key}" required${index === 0 ? html` checked` : null}><label for="plan-${plan.key}"><strong>${plan.name}</strong>, ${planOffer(plan)}</label></p>`,
)}</fieldset>
<button>Subscribe</button>`,
  );
}

function topUp({ packs }: Catalogue, formOf: FormOf): Html {
  return formOf(
    '/account/top-up',
    html`<fieldset><legend class="hidden">Which pack</legend>
${packs.map(
  (pack, index) =>
    html`<p class="check"><input type="radio" id="pack-${pack.key}" name="pack" value="${pack.key}" required${index === 0 ? html` checked` : null}><label for="pack-${pack.key}"><strong>${pack.name}</strong>, ${packOffer(pack)}</label></p>`,
)}</fieldset>
<p class="field"><label for="packs">How many packs</label>
<input id="packs" name="packs" type="number" inputmode="numeric" min="1" max="${MOST_PACKS}" value="1" required></p>
<button>Top up</button>`,
  );
}
