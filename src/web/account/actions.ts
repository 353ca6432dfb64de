import type { Erasing } from '../../core/account-page/erasing.ts';
import type { AlertSettingsStore } from '../../core/chat/alert-settings.ts';
import type { ChatUser, PlatformName } from '../../core/chat/chat.ts';
import type { Brand } from '../../core/chat/command.ts';
import type { Plans } from '../../core/plans/plans.ts';
import type { ApiKeys } from '../../core/wallets/api-keys.ts';
import type { Linking } from '../../core/wallets/linking.ts';
import type { WalletView } from '../../core/wallets/wallet-view.ts';
import { type BuyDeps, buy } from './buy.ts';
import { eraseRefusalText } from './erase-page.ts';
import { textField, textFields, wholeNumber } from './fields.ts';
import { keyActions } from './key-actions.ts';
import type { Action } from './outcome.ts';
import { planAction } from './plan-action.ts';

export interface ActionDeps extends BuyDeps {
  alerts: Pick<AlertSettingsStore, 'change'>;
  wallet: Pick<WalletView, 'noticesShown'>;
  linking: Pick<Linking, 'takeOff'>;
  plans: Plans;
  apiKeys: ApiKeys;
  erasing: Erasing;
  brand: Brand;
  /** The operator's cap on overage. */
  mostCents: number;
}

/** By the last part of the form's address. */
export function createActions(deps: ActionDeps): Readonly<Record<string, Action>> {
  return {
    async alerts({ user }, request) {
      const most = Math.floor(deps.mostCents / 100);
      const dollars = wholeNumber(textField(request, 'cap'), 0, most);
      if (dollars === null) {
        return {
          kind: 'refused',
          status: 400,
          text: `The cap can be 0 to ${most} whole dollars. Nothing was changed.`,
        };
      }
      await deps.alerts.change(user, { capCents: dollars * 100, isLowTold: textField(request, 'low') === 'on' });
      return { kind: 'done', said: 'alerts' };
    },
    async notices({ user }, request) {
      await deps.wallet.noticesShown(user, textFields(request, 'notice'));
      return { kind: 'done', said: 'notices' };
    },
    async identities({ user }, request) {
      const whom: ChatUser = {
        platform: textField(request, 'platform') as PlatformName,
        workspace: textField(request, 'workspace'),
        user: textField(request, 'user'),
      };
      const outcome = await deps.linking.takeOff(user, whom);
      const said = { took_off: 'removed', left: 'left', nothing: 'nobody' } as const;
      return { kind: 'done', said: said[outcome.kind] };
    },
    async erase({ user }, request) {
      if (textField(request, 'sure') !== 'yes') {
        return { kind: 'refused', status: 400, text: 'Nothing was erased: please tick the box first.' };
      }
      const outcome = await deps.erasing.erase(user);
      return outcome === 'erased'
        ? { kind: 'erased' }
        : { kind: 'refused', status: 409, text: `Nothing was erased. ${eraseRefusalText(outcome)}` };
    },
    plan: planAction(deps),
    ...keyActions(deps.apiKeys),
    ...buy(deps),
  };
}
