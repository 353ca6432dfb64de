import type { Moment, Rules } from '../account/rules.ts';
import type { Billing } from '../dodo/billing.ts';
import type { Brakes } from '../operator/brakes.ts';
import type { Secrets } from '../secrets.ts';
import type { Store } from '../store.ts';
import type { Millis } from '../time.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { Customers } from '../wallets/customers.ts';
import type { Wallets } from '../wallets/wallets.ts';

/** What an operator typed. */
export interface OpsRequest {
  command: string;
  args: readonly string[];
  /** Without their dashes; one without a value is empty. */
  options: Readonly<Record<string, string>>;
  /** Who is at the keyboard, for the audit log. */
  by: string;
}

/** The same twice: for programs and for people. */
export interface OpsAnswer {
  facts: object;
  lines: string[];
}

export interface OpsDeps {
  store: Store;
  wallets: Wallets;
  users: AccountsOfUsers;
  customers: Customers;
  brakes: Brakes;
  billing: Billing;
  secrets: Pick<Secrets, 'encrypt' | 'decrypt'>;
  rules: Rules;
  moment(): Moment;
  newId(): string;
  wait(ms: Millis): Promise<void>;
}

/** One operator command. */
export interface Op {
  name: string;
  /** What follows the name. */
  usage: string;
  about: string;
  /** Whether it writes. */
  changes: boolean;
  /** Options that it knows, without their dashes. */
  options: readonly string[];
  /** Throws OpsProblem for what the operator can put right. */
  run(deps: OpsDeps, request: OpsRequest): Promise<OpsAnswer>;
}

/** Something that the operator can put right; the message says what. */
export class OpsProblem extends Error {
  override name = 'OpsProblem';
}
