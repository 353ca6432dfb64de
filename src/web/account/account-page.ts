import type { AccountView } from '../../core/account-page/view.ts';
import type { Catalogue } from '../../core/catalogue.ts';
import { createFormOf } from './form.ts';
import { type Html, html } from './html.ts';
import { type Frame, pageOf } from './layout.ts';
import { alertsSection } from './sections/alerts.ts';
import { balanceSection } from './sections/balance.ts';
import { buyingSection } from './sections/buying.ts';
import { dataSection } from './sections/data.ts';
import { identitiesSection } from './sections/identities.ts';
import { noticesSection } from './sections/notices.ts';
import { receiptsSection } from './sections/receipts.ts';

/** A sentence above everything. */
export interface Message {
  text: string;
  isBad: boolean;
}

/** The account page itself. `token`: for its forms. */
export function accountPage(
  frame: Frame,
  catalogue: Catalogue,
  view: AccountView,
  token: string,
  message: Message | null,
): Html {
  const formOf = createFormOf(frame.base, token);
  return pageOf(frame, {
    title: 'Your account',
    hasScript: true,
    corner: formOf('/account/sign-out', html`<button class="quiet">Sign out</button>`),
    main: html`<h1>Your account</h1>
${message !== null && html`<p class="said ${message.isBad ? 'bad' : 'good'}" role="${message.isBad ? 'alert' : 'status'}" tabindex="-1" autofocus>${message.text}</p>`}
<div class="sections">
${noticesSection(view, frame.brand, formOf)}
${balanceSection(view)}
${buyingSection(view, catalogue, formOf)}
${receiptsSection(view, frame.base)}
${alertsSection(view, formOf)}
${identitiesSection(view, formOf)}
${dataSection(frame.base)}
</div>`,
  });
}
