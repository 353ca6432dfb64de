import type { Rules } from '../account/rules.ts';
import type { AccountDoor } from '../account-page/door.ts';
import type { Asks } from '../asks/ask.ts';
import type { PaymentLook } from '../buying/payment-look.ts';
import type { Shop } from '../buying/shop.ts';
import type { ClosedTo } from '../operator/places.ts';
import type { Plans } from '../plans/plans.ts';
import type { Millis } from '../time.ts';
import type { Usage } from '../usage/usage.ts';
import type { ApiKeys } from '../wallets/api-keys.ts';
import type { Linking } from '../wallets/linking.ts';
import type { WalletView } from '../wallets/wallet-view.ts';
import type { AlertSettingsStore } from './alert-settings.ts';
import type { CommandOptions, CommandSpec, Responder, Turn } from './chat.ts';
import type { Form, FormValues } from './form.ts';

/** How the product presents itself to members. */
export interface Brand {
  name: string;
  termsUrl: string | null;
  privacyUrl: string | null;
}

/** What a command may use. */
export interface Services {
  asks: Asks;
  shop: Shop;
  wallet: WalletView;
  payments: PaymentLook;
  plans: Plans;
  usage: Usage;
  alerts: AlertSettingsStore;
  /** What the operator has closed: nobody asks or buys there. */
  closedTo: ClosedTo;
  linking: Linking;
  apiKeys: ApiKeys;
  /** The way to the account page. */
  accountDoor: AccountDoor;
  rules: Rules;
  brand: Brand;
  /** Every command there is, for /help. */
  specs: readonly CommandSpec[];
  /** @returns the promise's result, or 'late' when it takes longer than this */
  within<T>(promise: Promise<T>, ms: Millis): Promise<T | 'late'>;
}

export interface CommandContext {
  turn: Turn;
  responder: Responder;
  services: Services;
}

/** A form of a command. */
export interface CommandForm {
  form(services: Services): Omit<Form, 'action'>;
  submit(context: CommandContext, values: FormValues): Promise<void>;
  /** What the member can do where the form could not be opened: a sentence. */
  instead: string;
}

/** One slash command, and what the buttons that it makes do. Throws what `failureText` can tell. */
export interface Command extends CommandSpec {
  run(context: CommandContext, options: CommandOptions): Promise<void>;
  /** By the first word of a button's action; the argument is what follows the colon. */
  actions?: Readonly<Record<string, (context: CommandContext, argument: string) => Promise<void>>>;
  /** By the action of the button that opens it. */
  forms?: Readonly<Record<string, CommandForm>>;
}
