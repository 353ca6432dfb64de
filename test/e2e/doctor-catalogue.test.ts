import type { AddMeterToPrice, CreditEntitlementMappingResponse, Price, Product } from 'dodopayments/resources';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { complaints, createDoctorStage, type DoctorStage } from '../helpers/doctor-stage.ts';

type UsageBasedPrice = Extract<Price, { type: 'usage_based_price' }>;

let stage: DoctorStage;
beforeAll(async () => {
  stage = await createDoctorStage();
});
afterEach(() => stage.putRight());
afterAll(() => stage.close());

/** What stands at Dodo, changed as in the dashboard. */
const STARTER = 'STARTER_PLAN_PRODUCT_ID';
const PRO = 'PRO_PLAN_PRODUCT_ID';
const PACK = 'TOPUP_PRODUCT_ID';

describe('what is wrong with the catalogue at Dodo is named, with what it is seen as', () => {
  const plan = (variable: string, change: (price: UsageBasedPrice) => void) => () =>
    changeProduct(variable, ({ price }) => {
      if (price.type !== 'usage_based_price') throw new Error(`expected a usage-based plan, got ${price.type}`);
      change(price);
    });
  const meterOn = (variable: string, change: Partial<AddMeterToPrice>) =>
    plan(variable, (price) => {
      price.meters = price.meters?.map((meter) => ({ ...meter, ...change })) ?? null;
    });
  const credits = (variable: string, change: Partial<CreditEntitlementMappingResponse>) => () =>
    changeProduct(variable, (product) => {
      product.credit_entitlements = product.credit_entitlements.map((one) => ({ ...one, ...change }));
    });

  it.each<[string, () => void, string, 'error' | 'warning', RegExp]>([
    [
      'an entitlement that was deleted',
      () => changeRecord(entitlementRecord(), { deleted: true }),
      'dodo-entitlement',
      'error',
      /nothing of the kind \| .*npm run provision.*balance is always zero/,
    ],
    [
      'an entitlement of fractions',
      () => changeRecord(entitlementRecord().resource, { precision: 2 }),
      'dodo-entitlement',
      'error',
      /precision \| 0 \| 2 \| Dodo cannot change it/,
    ],
    [
      'an entitlement with overage by default',
      () => changeRecord(entitlementRecord().resource, { overage_enabled: true }),
      'dodo-entitlement',
      'warning',
      /overage by default \| off \| on/,
    ],
    [
      'a meter that was archived',
      () => changeRecord(meterRecord(), { archived: true }),
      'dodo-meter',
      'error',
      /nothing of the kind .*credits are not deducted/,
    ],
    [
      'a meter of other events',
      () => changeRecord(meterRecord().resource, { event_name: 'api.tokens' }),
      'dodo-meter',
      'error',
      /event name \| api\.tokens_used \| api\.tokens \| Dodo cannot change a meter.*credits are not deducted/,
    ],
    [
      'a meter that counts asks',
      () => changeRecord(meterRecord().resource, { aggregation: { type: 'count' } }),
      'dodo-meter',
      'error',
      /aggregation \| sum \| count .*credits are not deducted/,
    ],
    [
      'a meter over another property',
      () => changeRecord(meterRecord().resource, { aggregation: { type: 'sum', key: 'total_tokens' } }),
      'dodo-meter',
      'error',
      /property \| tokens \| total_tokens .*credits are not deducted/,
    ],
    [
      'a plan that was archived',
      () => changeRecord(productRecord(STARTER), { archived: true }),
      'dodo-product-starter',
      'error',
      /STARTER_PLAN_PRODUCT_ID \| that it stands at Dodo \| nothing of the kind .*nobody can buy it/,
    ],
    [
      'a plan without the meter',
      plan(STARTER, (price) => {
        price.meters = [];
      }),
      'dodo-product-starter',
      'error',
      /meter \| mtr_\w+ \| none .*credits are not deducted, and overage does not work/,
    ],
    [
      'a meter that bills money',
      meterOn(STARTER, { credit_entitlement_id: null }),
      'dodo-product-starter',
      'error',
      /meter takes credits of \| cde_\w+ \| none .*credits are not deducted/,
    ],
    [
      'a meter that takes credits of something else',
      meterOn(PRO, { credit_entitlement_id: 'cde_other' }),
      'dodo-product-pro',
      'error',
      /meter takes credits of \| cde_\w+ \| cde_other .*credits are not deducted/,
    ],
    [
      'a thousand tokens a credit',
      meterOn(STARTER, { meter_units_per_credit: '1000' }),
      'dodo-product-starter',
      'error',
      /meter units a credit \| 1 \| 1000 .*another rate/,
    ],
    [
      'free tokens',
      meterOn(STARTER, { free_threshold: 5_000 }),
      'dodo-product-starter',
      'warning',
      /free meter units \| 0 \| 5,000/,
    ],
    [
      'a contract of a month',
      plan(STARTER, (price) =>
        Object.assign(price, { subscription_period_count: 1, subscription_period_interval: 'Month' }),
      ),
      'dodo-product-starter',
      'error',
      /contract.* \| 10 Year \| 1 Month .*plans end by themselves/,
    ],
    [
      'another price',
      plan(STARTER, (price) => {
        price.fixed_price = 2_800;
      }),
      'dodo-product-starter',
      'error',
      /price \| .*29.* \| .*28.*another price/,
    ],
    [
      'a pack that grants nothing',
      () =>
        changeProduct(PACK, (product) => {
          product.credit_entitlements = [];
        }),
      'dodo-product-topup',
      'error',
      /credits \| 5,000,000 \| none .*balance is always zero/,
    ],
    [
      'other credits than the catalogue says',
      credits(PRO, { credits_amount: '4000000' }),
      'dodo-product-pro',
      'error',
      /credits \| 40,000,000 \| 4,000,000/,
    ],
    [
      'credits that end after a week',
      credits(STARTER, { expires_after_days: 7 }),
      'dodo-product-starter',
      'warning',
      /credits expire after \| 32 days \| 7 days/,
    ],
    [
      'overage that is off',
      credits(PRO, { overage_enabled: false }),
      'dodo-product-pro',
      'error',
      /overage \| on \| off .*overage does not work/,
    ],
    [
      'overage that is forgiven',
      credits(PRO, { overage_behavior: 'forgive_at_reset' }),
      'dodo-product-pro',
      'error',
      /overage is billed \| invoice_at_billing \| forgive_at_reset .*overage does not work/,
    ],
    [
      'overage at another price',
      credits(PRO, { price_per_unit: '0.0005' }),
      'dodo-product-pro',
      'error',
      /overage price a token \| 0\.000005 \| 0\.0005/,
    ],
    [
      'overage on a plan without',
      credits(STARTER, { overage_enabled: true, overage_behavior: 'invoice_at_billing', price_per_unit: '0.000005' }),
      'dodo-product-starter',
      'error',
      /overage \| off \| on /,
    ],
  ])('%s', async (_, spoil, check, severity, told) => {
    spoil();
    const found = complaints(await stage.examined());
    expect(Object.keys(found)).toEqual([check]);
    expect(found[check]?.join('\n')).toMatch(told);
    expect(found[check]?.[0]).toMatch(new RegExp(`^${severity} `));
  });

  it('ids of another account or mode', async () => {
    const found = complaints(
      await stage.examined({ CREDIT_ENTITLEMENT_ID: 'cde_of_live_mode', [PRO]: 'pdt_of_live_mode' }),
    );
    expect(found['dodo-entitlement']?.join()).toMatch(
      new RegExp(`^error \\| CREDIT_ENTITLEMENT_ID .*${stage.bot.world.env.CREDIT_ENTITLEMENT_ID}.*npm run provision`),
    );
    expect(found['dodo-product-starter']?.join()).toContain('balance is always zero');
    expect(found['dodo-product-pro']?.join()).toMatch(/PRO_PLAN_PRODUCT_ID .*Ids of test mode/);
    expect(found.store?.join()).toContain('credit_entitlement_id');
  });

  it('another product with the meter, and another meter that takes the same credits', async () => {
    const entitlementId = stage.bot.world.env.CREDIT_ENTITLEMENT_ID ?? '';
    const meter = await stage.dodo.meters.create({
      name: 'Images',
      event_name: 'image.made',
      measurement_unit: 'images',
      aggregation: { type: 'count' },
    });
    const price = (await stage.dodo.products.retrieve(stage.bot.world.env[STARTER] ?? '')).price;
    const sell = async (name: string, meterId: string) => {
      const taking = { credit_entitlement_id: entitlementId, meter_units_per_credit: '1' };
      const meters = [{ meter_id: meterId, ...taking }];
      const sold = await stage.dodo.products.create({
        name,
        tax_category: 'saas',
        price: { ...price, meters } as UsageBasedPrice,
      });
      stage.undo.push(() => stage.dodo.products.archive(sold.product_id));
    };
    await sell('Old plan', meterRecord().resource.id);
    await sell('Images', meter.id);
    const found = complaints(await stage.examined());
    expect(Object.keys(found)).toEqual(['dodo-others']);
    expect(found['dodo-others']?.toSorted()).toEqual([
      expect.stringMatching(/^error \| the product "Images" .* takes them too .*entitlement of its own/),
      expect.stringMatching(/^warning \| the product "Old plan" .*Archive it/),
    ]);
    // On a plan of the bot itself it deducts twice.
    plan(STARTER, (own) => {
      own.meters?.push({ meter_id: meter.id, credit_entitlement_id: entitlementId, meter_units_per_credit: '1' });
    })();
    const onOwn = complaints(await stage.examined())['dodo-product-starter']?.join();
    expect(onOwn).toMatch(/^error .*: other meters \| none \| mtr_\w+ .*credits are deducted twice/);
  });

  it('credits of 30 days in months of 31, with the 32 that are better', async () => {
    const found = complaints(await stage.examined({ CATALOGUE_PATH: 'none' }));
    expect(found['dodo-expiry']).toEqual([expect.stringMatching(/^warning .*"expiresAfterDays": 32.*--apply/)]);
    expect(found['dodo-product-starter']?.join()).toMatch(/^warning .*: credits expire after/);
  });
});

function changeRecord<Whole extends object>(whole: Whole, change: Partial<Whole>): void {
  const before = { ...whole };
  Object.assign(whole, change);
  stage.undo.push(() => Object.assign(whole, before));
}

function changeProduct(variable: string, change: (product: Product) => void): void {
  const record = productRecord(variable);
  const changed = structuredClone(record.resource);
  change(changed);
  changeRecord(record, { resource: changed });
}

function productRecord(variable: string) {
  return known(stage.bot.world.dodo.store.products.get(stage.bot.world.env[variable] ?? ''));
}

function entitlementRecord() {
  return known(stage.bot.world.dodo.store.entitlements.get(stage.bot.world.env.CREDIT_ENTITLEMENT_ID ?? ''));
}

function meterRecord() {
  return known(
    [...stage.bot.world.dodo.store.meters.values()].find(({ resource }) => resource.name === 'Token Usage Meter'),
  );
}

function known<Found>(found: Found | undefined): Found {
  if (found === undefined) throw new Error('expected it to stand at Dodo');
  return found;
}
