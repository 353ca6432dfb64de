import type { ModelUsage } from '../model.ts';
import type { ModelRules } from '../models.ts';
import type { Millis } from '../time.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';

/**
 * How an ask ended.
 * - complete: the model finished. length: it reached the bound.
 * - stopped: the asker pressed Stop or hung up. cut: the model or the platform broke off. interrupted: our process did.
 * - failed: the model gave nothing.
 */
export type Ending = 'complete' | 'length' | 'stopped' | 'cut' | 'interrupted' | 'failed';

/** What a token of the provider's costs, in thousandths of a token of the wallet's. */
export type Weights = Pick<ModelRules, 'inputWeight' | 'cachedInputWeight' | 'outputWeight'>;

/** What an ask cost and why; kept as the record `ask` under the ask id. */
export interface Receipt {
  askId: string;
  by: WalletUser;
  model: string;
  ending: Ending;
  usage: ModelUsage;
  /** By which usage was charged: the model table may be another one by now. */
  weights: Weights;
  /** Who counted: the provider, or we, since its figures never came. */
  countedBy: 'provider' | 'us';
  charged: number;
  /** What the provider used beyond the hold: the operator's loss, never the member's. */
  beyondHold: number;
  settledBy: 'meter' | 'debit' | 'free';
  startedAt: Millis;
  settledAt: Millis;
}
