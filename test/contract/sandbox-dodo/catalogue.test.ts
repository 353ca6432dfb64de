import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, refusal } from './harness.ts';

const tokens = { name: 'Tokens', unit: 'token', precision: 0, rollover_enabled: false, overage_enabled: false };

describe('the catalogue', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.close());

  it('is seeded with the entitlement, the meter, two plans and the top-up', async () => {
    const { sim, client } = bench;
    const ids = sim.seedCatalogue();
    const pro = await client.products.retrieve(ids.proProductId);
    expect(pro.price).toMatchObject({ type: 'usage_based_price', fixed_price: 9900, subscription_period_count: 10 });
    expect(pro.credit_entitlements[0]).toMatchObject({
      credits_amount: '40000000',
      overage_enabled: true,
      overage_behavior: 'invoice_at_billing',
      price_per_unit: '0.000005',
      expires_after_days: 30,
    });
    const products = await client.products.list({ page_number: 0 });
    expect(products.items.map(({ name, price }) => [name, price])).toEqual([
      ['Token Top-Up Pack', 1900],
      ['NeuralAPI Pro', 9900],
      ['NeuralAPI Starter', 2900],
    ]);
    const meters = await client.meters.list({ page_number: 0 });
    expect(meters.items[0]).toMatchObject({
      event_name: 'api.tokens_used',
      aggregation: { type: 'sum', key: 'tokens' },
    });
  });

  it('gives the same ids for the same seed', async () => {
    const other = await createBench();
    expect(other.sim.seedCatalogue()).toEqual(bench.sim.seedCatalogue());
    await other.close();
  });

  it('checks entitlements: price with overage, currency with price, both roll-over fields, a free name', async () => {
    const { creditEntitlements } = bench.client;
    const refused = async (fields: object) => refusal(creditEntitlements.create({ ...tokens, ...fields }));
    expect(await refused({ overage_enabled: true })).toMatchObject({ status: 422, code: 'INVALID_REQUEST_PARAMETERS' });
    expect(await refused({ price_per_unit: '1' })).toMatchObject({ status: 422 });
    expect(await refused({ rollover_timeframe_count: 1 })).toMatchObject({ status: 422 });
    await creditEntitlements.create(tokens);
    expect(await refused({})).toMatchObject({ status: 409, code: 'CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS' });
  });

  it('deletes entitlements softly: 404 to read, 410 to delete again, back by undelete', async () => {
    const { creditEntitlements } = bench.client;
    const { id } = await creditEntitlements.create(tokens);
    await creditEntitlements.delete(id);
    expect((await refusal(creditEntitlements.retrieve(id))).status).toBe(404);
    expect(await refusal(creditEntitlements.delete(id))).toMatchObject({
      status: 410,
      code: 'CREDIT_ENTITLEMENT_IS_DELETED',
    });
    await creditEntitlements.undelete(id);
    expect((await creditEntitlements.retrieve(id)).name).toBe('Tokens');
    expect((await refusal(creditEntitlements.undelete(id))).status).toBe(500);
  });

  it('changes entitlement fields, and null clears one', async () => {
    const { creditEntitlements } = bench.client;
    const { id } = await creditEntitlements.create({ ...tokens, expires_after_days: 30, description: 'a' });
    await creditEntitlements.update(id, { expires_after_days: null, name: 'Coins' });
    expect(await creditEntitlements.retrieve(id)).toMatchObject({
      name: 'Coins',
      expires_after_days: null,
      description: 'a',
      precision: 0,
    });
    expect((await refusal(creditEntitlements.update(id, { overage_enabled: true }))).status).toBe(422);
  });

  it('checks meters and what products refer to', async () => {
    const { client } = bench;
    const meter = { name: 'M', event_name: 'e', measurement_unit: 'u' };
    expect((await refusal(client.meters.create({ ...meter, aggregation: { type: 'sum' } }))).status).toBe(422);
    const made = await client.meters.create({ ...meter, aggregation: { type: 'count' } });
    const { id } = await client.creditEntitlements.create(tokens);
    const product = (fields: object) =>
      client.products.create({
        name: 'P',
        tax_category: 'saas',
        price: {
          type: 'usage_based_price',
          currency: 'USD',
          fixed_price: 100,
          payment_frequency_count: 1,
          payment_frequency_interval: 'Month',
          subscription_period_count: 1,
          subscription_period_interval: 'Year',
          meters: [{ meter_id: made.id, credit_entitlement_id: id, meter_units_per_credit: '1', ...fields }],
        },
      });
    expect((await product({})).is_recurring).toBe(true);
    expect((await refusal(product({ meter_units_per_credit: null }))).status).toBe(422);
    expect((await refusal(product({ meter_units_per_credit: '0' }))).status).toBe(422);
    expect((await refusal(product({ credit_entitlement_id: null }))).status).toBe(501);
    expect((await refusal(product({ meter_id: 'mtr_none' }))).status).toBe(404);
    await client.meters.archive(made.id);
    expect(await refusal(product({}))).toMatchObject({ status: 422, code: 'METER_IS_DELETED' });
    expect((await client.meters.list({ archived: true, page_number: 0 })).items).toHaveLength(1);
  });

  it('keeps credit entitlements of a product that is changed without naming them, else replaces them', async () => {
    const { sim, client } = bench;
    const ids = sim.seedCatalogue();
    await client.products.update(ids.topupProductId, { name: 'Pack' });
    expect((await client.products.retrieve(ids.topupProductId)).credit_entitlements).toHaveLength(1);
    await client.products.update(ids.topupProductId, { credit_entitlements: [] });
    expect(await client.products.retrieve(ids.topupProductId)).toMatchObject({ name: 'Pack', credit_entitlements: [] });
    await client.products.archive(ids.topupProductId);
    expect(await refusal(client.products.archive(ids.topupProductId))).toMatchObject({ status: 410 });
    expect((await client.products.list({ archived: true, page_number: 0 })).items).toHaveLength(1);
  });
});
