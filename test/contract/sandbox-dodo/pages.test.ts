import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench } from './harness.ts';

describe('the pages of the simulator', () => {
  let bench: Bench;
  let ids: ReturnType<Bench['sim']['seedCatalogue']>;
  beforeEach(async () => {
    bench = await createBench();
    ids = bench.sim.seedCatalogue();
  });
  afterEach(() => bench.close());

  async function checkout(more: object = {}): Promise<string> {
    const { checkout_url } = await bench.client.checkoutSessions.create({
      product_cart: [{ product_id: ids.starterProductId, quantity: 1 }],
      ...more,
    });
    return checkout_url ?? '';
  }
  const post = (url: string, fields: Record<string, string>) =>
    fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

  it('show what is bought and a form that needs no script', async () => {
    const response = await fetch(await checkout({ customer: { email: 'a@example.com', name: '<b>Eve</b>' } }));
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const text of [
      'NeuralAPI Starter',
      '29.00 USD every month',
      '<label for="email">',
      'a@example.com',
      'lang="en"',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).not.toContain('<b>Eve');
    expect(page).not.toContain('<script');
  });

  it('pay, and send the buyer back with the outcome', async () => {
    const url = await checkout({ return_url: 'https://example.com/back?x=1' });
    const response = await post(url, { email: 'ada@example.com', name: 'Ada', action: 'pay' });
    const target = new URL(response.headers.get('location') ?? '');
    expect([response.status, target.origin, target.searchParams.get('status')]).toEqual([
      303,
      'https://example.com',
      'active',
    ]);
    expect([...bench.sim.store.customers.values()][0]).toMatchObject({ email: 'ada@example.com', name: 'Ada' });
    expect((await fetch(url)).status).toBe(409);
  });

  it('decline, say so, and can be tried again', async () => {
    const url = await checkout();
    const declined = await post(url, { email: 'ada@example.com', action: 'decline' });
    expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('declined')]);
    expect((await post(url, { email: 'nobody', action: 'pay' })).status).toBe(422);
    const paid = await post(url, { email: 'ada@example.com', action: 'pay' });
    expect([paid.status, await paid.text()]).toEqual([200, expect.stringContaining('Paid')]);
  });

  it('say plainly when a link is unknown or too old', async () => {
    const url = await checkout();
    expect((await fetch(`${bench.sim.url}/checkout/cks_none`)).status).toBe(404);
    bench.sim.clock.advance(24 * 3_600_000);
    expect((await fetch(url)).status).toBe(410);
  });

  it('let a customer see and end a subscription in the portal, but not another’s', async () => {
    const { customerId, subscription, payment } = await buy(bench, ids.starterProductId);
    const other = await buy(bench, ids.proProductId, { email: 'bob@example.com' });
    const { link } = await bench.client.customers.customerPortal.create(customerId, {
      return_url: 'https://example.com/',
    });
    const page = await (await fetch(link)).text();
    for (const text of ['ada@example.com', 'NeuralAPI Starter', '10000000', '29.00 USD', 'https://example.com/']) {
      expect(page).toContain(text);
    }
    const id = subscription?.subscription_id ?? '';
    const act = (target: string, action: string) => post(`${link}/subscriptions/${target}`, { action });
    const state = async () => (await bench.client.subscriptions.retrieve(id)).cancel_at_next_billing_date;
    expect((await act(id, 'cancel')).status).toBe(303);
    expect([await state(), await (await fetch(link)).text()]).toEqual([true, expect.stringContaining('Keep it')]);
    await act(id, 'resume');
    expect(await state()).toBe(false);
    expect((await act(id, 'explode')).status).toBe(400);
    expect((await act(other.subscription?.subscription_id ?? '', 'cancel-now')).status).toBe(404);
    await act(id, 'cancel-now');
    expect((await bench.client.subscriptions.retrieve(id)).status).toBe('cancelled');
    expect(await (await fetch(payment.invoice_url ?? '')).text()).toContain('29.00 USD');
    bench.sim.clock.advance(24 * 3_600_000);
    expect((await fetch(link)).status).toBe(410);
    expect((await fetch(`${bench.sim.url}/portal/none`)).status).toBe(404);
  });
});
