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
import { keysSection } from './sections/keys.ts';
import { noticesSection } from './sections/notices.ts';
import { receiptsSection } from './sections/receipts.ts';
import { usageSection } from './sections/usage.ts';

/** What the page says once. */
export interface News {
  /** Above everything. */
  message: { text: string; isBad: boolean } | null;
  /** A new API key. */
  secret: string | null;
}

/** What all of these pages show alike. */
export interface PageFacts {
  frame: Frame;
  catalogue: Catalogue;
  /** Where the API is, without a slash at the end. */
  apiUrl: string;
}

/** The account page itself. `token`: for its forms. */
export function accountPage(
  { frame, catalogue, apiUrl }: PageFacts,
  view: AccountView,
  token: string,
  news: News,
): Html {
  const { message } = news;
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
${buyingSection(view, frame, catalogue, formOf)}
${usageSection(view.usage)}
${receiptsSection(view, frame.base)}
${keysSection(view, { apiUrl, base: frame.base }, news.secret, formOf)}
${alertsSection(view, formOf)}
${identitiesSection(view, formOf)}
${dataSection(view, frame.base)}
</div>`,
  });
}
