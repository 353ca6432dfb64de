import type { ChatUser } from '../chat/chat.ts';
import type { Millis } from '../time.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';

/** Something that a member must be told by DM, once for its cause. */
export interface Notice {
  /** At most 25 characters, derived from the cause: Discord's nonce, and what a lost attempt is found by. */
  id: string;
  /** The API's user has no DMs: then the notice is shown where the wallet is looked at next. */
  to: WalletUser;
  facts: NoticeFacts;
}

export type NoticeFacts =
  | { kind: 'credits_added'; tokens: number; balance: number }
  | { kind: 'low_balance'; percent: number; left: number; granted: number; episode: number; overage: boolean }
  | {
      kind: 'overage_cap';
      /** Of the cap. */
      percent: number;
      usedCents: number;
      capCents: number;
      setBy: 'member' | 'operator' | 'dodo';
      episode: number;
    }
  | { kind: 'payment_failed'; amountCents: number; reason: string | null }
  | { kind: 'second_plan_cancelled'; planName: string }
  | { kind: 'plan_changed'; planName: string; tokensPerCycle: number; monthlyCents: number }
  | { kind: 'plan_ended'; planName: string; lasting: { tokens: number; expiresAt: Millis }[] }
  | { kind: 'tokens_taken_back'; tokens: number; cause: 'refund' | 'dispute' }
  | { kind: 'tokens_given_back'; tokens: number }
  | { kind: 'payment_not_joined' }
  /** Somebody typed the wallet's code. */
  | { kind: 'identity_linked'; user: ChatUser };
