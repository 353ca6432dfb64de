import { onTestFinished } from 'vitest';
import type { CallShare, UsageEvent } from '../../src/core/dodo/billing.ts';
import type { Log } from '../../src/core/log.ts';
import { createDodoBilling } from '../../src/ports/dodo/dodo-billing.ts';
import { createDodoSimulator } from '../../src/sandbox/dodo/simulator.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
export const RETURN_URL = 'https://bot.example.com/done';

/** A simulator with the catalogue, the port on it, and a buyer. */
export async function startWithSimulator() {
  const sim = await createDodoSimulator();
  onTestFinished(() => sim.close());
  const ids = sim.seedCatalogue();
  const shares: CallShare[] = [];
  const heard: number[] = [];
  let over = false;
  const options = {
    apiKey: sim.apiKey,
    webhookKey: 'whsec_c2VjcmV0IG9mIHRlc3Rz',
    environment: 'test_mode' as const,
    baseUrl: sim.url,
    entitlementId: ids.entitlementId,
    clock: () => sim.clock.now(),
    log: quiet,
    budget: async (share: CallShare) => {
      shares.push(share);
      return !over;
    },
    onHeard: () => heard.push(1),
  };
  const billing = createDodoBilling(options);
  const buy = async (productId: string, email = 'ada@example.com', customerId: string | null = null, quantity = 1) => {
    const request = { productId, quantity, customerId, metadata: { tally: 'v1.abc' }, returnUrl: RETURN_URL };
    const session = await billing.createCheckout(request);
    return { session, ...sim.pay(session.id, { email, name: 'Ada' }) };
  };
  return {
    sim,
    ids,
    billing,
    options,
    buy,
    shares,
    heard,
    goOverBudget: () => {
      over = true;
    },
  };
}

/** A usage event of so many tokens. */
export const usage = (eventId: string, customerId: string, tokens: number): UsageEvent => ({
  eventId,
  customerId,
  tokens,
  model: 'gpt-5.4-mini',
  inputTokens: tokens - 10,
  outputTokens: 10,
  cachedTokens: 3,
  source: 'discord',
  settledAt: Date.UTC(2026, 10, 22, 9, 30),
});
