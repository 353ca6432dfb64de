import { formatAmount, parseAmount } from './amount.ts';
import type { WalletRecord } from './model.ts';
import { isRunning } from './subscription-state.ts';
import type { World } from './world.ts';

/**
 * Runs `change` and emits `credit.balance_low` for each running subscription whose threshold the balance fell to or
 * below by it. The threshold is a percentage of the credits of one cycle; it exists only on subscriptions
 * (https://docs.dodopayments.com/features/credit-based-billing).
 */
export function watchingBalance<T>(world: World, wallet: WalletRecord, change: () => T): T {
  const before = wallet.balance;
  const result = change();
  for (const { resource: subscription } of world.store.subscriptionsOf(wallet.customerId)) {
    if (!isRunning(subscription)) continue;
    const cart = subscription.credit_entitlement_cart.find(
      (item) => item.credit_entitlement_id === wallet.entitlementId,
    );
    const percent = cart?.low_balance_threshold_percent ?? null;
    if (cart === undefined || percent === null) continue;
    const threshold = (parseAmount(cart.credits_amount) * BigInt(percent)) / 100n;
    if (before <= threshold || wallet.balance > threshold) continue;
    const data = {
      customer_id: wallet.customerId,
      subscription_id: subscription.subscription_id,
      credit_entitlement_id: wallet.entitlementId,
      credit_entitlement_name: cart.credit_entitlement_name,
      available_balance: formatAmount(wallet.balance),
      subscription_credits_amount: cart.credits_amount,
      threshold_percent: percent,
      threshold_amount: formatAmount(threshold),
      brand_id: world.brandId,
    };
    world.emit('credit.balance_low', 'CreditBalanceLow', () => data);
  }
  return result;
}
