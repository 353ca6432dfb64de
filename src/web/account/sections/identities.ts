import type { AccountView } from '../../../core/account-page/view.ts';
import { isSameUser } from '../../../core/wallets/identity.ts';
import { isChatUser, type WalletUser } from '../../../core/wallets/wallet-user.ts';
import type { FormOf } from '../form.ts';
import { type Child, type Html, html } from '../html.ts';
import { platformName } from '../words.ts';

/** Who spends from this wallet. */
export function identitiesSection({ by, owner, identities, isOwner }: AccountView, formOf: FormOf): Html {
  const row = (user: WalletUser, role: string, act: Child) =>
    html`<li><span><strong>${platformName(user)}</strong>${isChatUser(user) && html` <code>${user.user}</code>`}${isSameUser(user, by) ? ' (you)' : ''}<small>${role}</small></span>${act}</li>`;
  const takeOff = (user: WalletUser) =>
    formOf(
      '/account/identities',
      html`<input type="hidden" name="platform" value="${user.platform}"><input type="hidden" name="workspace" value="${user.workspace}"><input type="hidden" name="user" value="${user.user}"><button class="quiet">${isOwner ? html`Remove <span class="hidden">${platformName(user)} ${user.user}</span>` : 'Leave this wallet'}</button>`,
    );
  return html`<section class="card" aria-labelledby="identities">
<h2 id="identities">Who spends from this wallet</h2>
<ul class="rows">
${row(owner, 'owns the wallet', null)}
${identities.map((user) => row(user, 'shares it', (isOwner || isSameUser(user, by)) && takeOff(user)))}
</ul>
<p class="quiet">To share it with your other platform, type <code>/link</code> in chat: the code that it shows works once.</p>
</section>`;
}
