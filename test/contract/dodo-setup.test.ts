import { DodoPayments } from 'dodopayments';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_TERMS } from '../../src/core/catalogue.ts';
import { inspectSetup } from '../../src/core/setup/inspect.ts';
import { type ProvisionDeps, provision, type Step } from '../../src/core/setup/provision.ts';
import type { KnownIds } from '../../src/core/setup/things.ts';
import { wantedPack, wantedPlan } from '../../src/core/setup/wanted.ts';
import { USED_EVENT_TYPES } from '../../src/ports/dodo/events/event-types.ts';
import { createDodoSetup } from '../../src/ports/dodo/setup/dodo-setup.ts';
import { createDodoSimulator } from '../../src/sandbox/dodo/simulator.ts';

const nobody: KnownIds = { entitlementId: null, productIds: {} };
const [starter, pro] = DEFAULT_TERMS.plans;
const [pack] = DEFAULT_TERMS.packs;
if (pro === undefined) throw new Error('expected a second plan');

/** An empty account at a simulated Dodo, the vendor's client on it, and what provisioning needs. */
async function begin() {
  const sim = await createDodoSimulator();
  onTestFinished(() => sim.close());
  const client = new DodoPayments({ bearerToken: sim.apiKey, baseURL: sim.url, maxRetries: 0 });
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const port = createDodoSetup({
    apiKey: sim.apiKey,
    environment: 'test_mode',
    baseUrl: sim.url,
    clock: () => sim.clock.now(),
    log,
  });
  const steps: Step[] = [];
  const deps: ProvisionDeps = {
    port,
    wanted: {
      terms: DEFAULT_TERMS,
      brandName: 'NeuralAPI',
      overagePriceUnit: 'dollars',
      webhookUrl: 'https://bot.example.com/webhooks/dodo',
      eventTypes: USED_EVENT_TYPES,
    },
    known: nobody,
    apply: false,
    tell: (step) => steps.push(step),
    confirmOverage: async () => true,
  };
  return {
    sim,
    client,
    port,
    deps,
    /** What was done about each thing, in order. */
    async provision(parts: Partial<ProvisionDeps> = {}): Promise<Record<string, Step['outcome']>> {
      steps.length = 0;
      await provision({ ...deps, ...parts });
      return Object.fromEntries(steps.map(({ title, outcome }) => [title.split(' http')[0], outcome]));
    },
    steps,
  };
}

const ALL = {
  'credit entitlement "API Tokens"': 'created',
  'meter "Token Usage Meter"': 'created',
  'plan "NeuralAPI Starter"': 'created',
  'plan "NeuralAPI Pro"': 'created',
  'pack "Token Top-Up Pack"': 'created',
  'webhook endpoint': 'created',
};
const SAME = Object.fromEntries(Object.keys(ALL).map((title) => [title, 'same']));

describe('the setup at Dodo', () => {
  it('is read back as it was written', async () => {
    const { port } = await begin();
    const entitlementId = await port.createEntitlement({
      name: 'Coins',
      unit: 'coin',
      precision: 2,
      expiresAfterDays: null,
      rollover: false,
      overage: false,
    });
    const meter = { name: 'M', eventName: 'e', aggregation: 'max', over: 'k', unit: 'u', filtered: false };
    const meterId = await port.createMeter(meter);
    expect(await port.meters()).toEqual([{ id: meterId, setup: meter }]);
    const parts = { entitlementId, meterId };
    const mark = { entitlementId, key: 'x' };
    const wanted = {
      terms: DEFAULT_TERMS,
      brandName: 'B',
      overagePriceUnit: 'cents',
      webhookUrl: '',
      eventTypes: [],
    } as const;
    const limited = { ...pro, overageMicroDollars: 1_250, overageLimitTokens: 77 };
    for (const setup of [wantedPlan(wanted, starter, parts), wantedPlan(wanted, limited, parts), wantedPack(pack)]) {
      const id = await port.createProduct(setup, mark, parts);
      expect(await port.product(id, parts)).toEqual(setup);
      await port.updateProduct(id, setup, mark, parts);
      expect(await port.product(id, parts)).toEqual(setup);
    }
    const endpoint = { url: 'https://a.example.com/', disabled: true, eventTypes: 'credit.added, payment.failed' };
    const endpointId = await port.createEndpoint(endpoint, entitlementId);
    expect(await port.endpoints()).toEqual([{ id: endpointId, markedFor: entitlementId, setup: endpoint }]);
    expect(await port.endpointSecret(endpointId)).toMatch(/^whsec_/);
  });

  it('is made once, and inspected without a difference afterwards', async () => {
    const { provision, deps } = await begin();
    expect(await inspectSetup(deps)).toMatchObject({ entitlement: { id: null }, products: [], endpoint: { id: null } });
    expect(await provision()).toEqual(ALL);
    expect(await provision()).toEqual(SAME);
    const { entitlement, meter, products, endpoint } = await inspectSetup(deps);
    expect(products.map(({ key }) => key)).toEqual(['starter', 'pro', 'topup']);
    for (const sight of [entitlement, meter, ...products.map((one) => one.sight), endpoint]) {
      expect(sight).toMatchObject({ id: expect.any(String), differences: [] });
    }
  });

  it('is found among more of each kind than fit on two pages', async () => {
    const { provision, client } = await begin();
    await provision();
    const price = { type: 'one_time_price', currency: 'USD', price: 100 } as const;
    for (let n = 0; n < 205; n += 1) {
      const name = `Other ${n}`;
      await client.creditEntitlements.create({
        name,
        unit: 'x',
        precision: 0,
        rollover_enabled: false,
        overage_enabled: false,
      });
      await client.meters.create({ name, event_name: name, measurement_unit: 'x', aggregation: { type: 'count' } });
      await client.products.create({ name, tax_category: 'saas', price });
    }
    for (let n = 0; n < 105; n += 1) await client.webhooks.create({ url: `https://example.com/${n}` });
    expect(await provision()).toEqual(SAME);
  });
});

describe('a product at Dodo', () => {
  it('is known by its mark whatever it is called, and by its name when it was made by hand', async () => {
    const { provision, client, steps } = await begin();
    await provision();
    const [packStep] = steps.filter(({ title }) => title.startsWith('pack'));
    await client.products.update(packStep?.id ?? '', { name: 'Renamed' });
    const [planStep] = steps.filter(({ title }) => title.includes('Starter'));
    await client.products.update(planStep?.id ?? '', { metadata: { shelf: '1' } });
    expect(await provision()).toMatchObject({
      'pack "Token Top-Up Pack"': 'differs',
      'plan "NeuralAPI Starter"': 'differs',
    });
    const byHand = steps.find(({ title }) => title.includes('Starter'));
    expect(byHand).toMatchObject({ id: planStep?.id, isMarked: false, differences: [] });
    expect(await provision({ apply: true })).toMatchObject({
      'pack "Token Top-Up Pack"': 'changed',
      'plan "NeuralAPI Starter"': 'changed',
    });
    const { name, metadata } = await client.products.retrieve(planStep?.id ?? '');
    expect([name, metadata]).toEqual([
      'NeuralAPI Starter',
      { shelf: '1', tallybot_key: 'starter', tallybot_entitlement: expect.any(String) },
    ]);
    expect(await provision()).toEqual(SAME);
  });

  it('is the configured one before any other, as long as it is sold', async () => {
    const { provision, client, steps, deps } = await begin();
    await provision();
    const mine = await client.products.create({
      name: 'Mine',
      tax_category: 'saas',
      price: { type: 'one_time_price', currency: 'USD', price: 100 },
    });
    const known: KnownIds = { entitlementId: null, productIds: { topup: mine.product_id } };
    const packOf = () => steps.find(({ title }) => title.startsWith('pack'));
    await provision({ known });
    expect(packOf()).toMatchObject({ id: mine.product_id, outcome: 'differs' });
    expect(packOf()?.differences.map(({ field }) => field)).toEqual([
      'name',
      'price',
      'credits',
      'credits expire after',
    ]);
    await client.products.archive(mine.product_id);
    expect(await provision({ known })).toEqual(SAME);
    expect((await inspectSetup({ ...deps, known })).products.at(-1)?.sight.id).not.toBe(mine.product_id);
  });

  it('is made anew when the old one is archived, like everything else that is gone', async () => {
    const { provision, client, steps } = await begin();
    await provision();
    for (const { title, id } of steps) {
      if (title.startsWith('credit')) await client.creditEntitlements.delete(id);
      else if (title.startsWith('meter')) await client.meters.archive(id);
      else if (title.startsWith('webhook')) await client.webhooks.delete(id);
      else await client.products.archive(id);
    }
    expect(await provision()).toEqual(ALL);
  });

  it('of another bot, or of another key that is sold, is left alone though it has the name', async () => {
    const { provision, client, deps } = await begin();
    await provision();
    const theirs = {
      ...deps.wanted,
      webhookUrl: 'https://theirs.example.com/webhooks/dodo',
      terms: { ...DEFAULT_TERMS, entitlement: { name: 'Their Tokens', expiresAfterDays: 30 } },
    };
    expect(await provision({ wanted: theirs })).toMatchObject({
      'credit entitlement "Their Tokens"': 'created',
      'meter "Token Usage Meter"': 'same',
      'plan "NeuralAPI Starter"': 'created',
      'pack "Token Top-Up Pack"': 'created',
      'webhook endpoint': 'created',
    });
    expect((await client.products.list({ page_number: 0 })).items).toHaveLength(6);
    expect(await provision()).toEqual(SAME);
    expect(await provision({ wanted: theirs })).toMatchObject({ 'pack "Token Top-Up Pack"': 'same' });
  });

  it('goes on under a new key when its old one is not sold any more', async () => {
    const { provision, deps } = await begin();
    await provision();
    const renamed = { ...deps.wanted, terms: { ...DEFAULT_TERMS, packs: [{ ...pack, key: 'bag' }] as const } };
    expect(await provision({ wanted: renamed })).toMatchObject({ 'pack "Token Top-Up Pack"': 'differs' });
    expect(await provision({ wanted: renamed, apply: true })).toMatchObject({ 'pack "Token Top-Up Pack"': 'changed' });
    expect(await provision({ wanted: renamed })).toEqual(SAME);
  });

  it('that could be either of two is not guessed', async () => {
    const { provision, client } = await begin();
    for (let n = 0; n < 2; n += 1) {
      await client.products.create({
        name: 'Token Top-Up Pack',
        tax_category: 'saas',
        price: { type: 'one_time_price', currency: 'USD', price: 100 },
      });
    }
    await expect(provision()).rejects.toThrow(
      /several that could be the pack "Token Top-Up Pack": pdt_\w+, pdt_\w+\. Archive or delete/,
    );
  });

  it('of another kind of price is told to be archived, as Dodo cannot change it', async () => {
    const { provision, client, steps } = await begin();
    await client.products.create({
      name: 'NeuralAPI Starter',
      tax_category: 'saas',
      price: { type: 'one_time_price', currency: 'USD', price: 2_900 },
    });
    expect(await provision({ apply: true })).toMatchObject({ 'plan "NeuralAPI Starter"': 'differs' });
    const differences = steps.find(({ title }) => title.includes('Starter'))?.differences;
    expect(differences).toContainEqual({
      field: 'pricing',
      is: 'one_time_price',
      wanted: 'usage_based_price',
      cure: expect.stringMatching(/archive the product/),
    });
  });

  it('loses other meters and other credits with --apply, which would bill members twice', async () => {
    const { provision, client, steps } = await begin();
    await provision();
    const id = steps.find(({ title }) => title.includes('Starter'))?.id ?? '';
    const other = await client.meters.create({
      name: 'Other',
      event_name: 'api.tokens_used',
      measurement_unit: 'x',
      aggregation: { type: 'count' },
    });
    const { price } = await client.products.retrieve(id);
    if (price.type !== 'usage_based_price') throw new Error(`expected a plan, got ${price.type}`);
    const [meter] = price.meters ?? [];
    if (meter === undefined) throw new Error('expected a meter');
    await client.products.update(id, { price: { ...price, meters: [meter, { ...meter, meter_id: other.id }] } });
    expect(await provision()).toMatchObject({ 'plan "NeuralAPI Starter"': 'differs' });
    expect(steps.find((step) => step.id === id)?.differences).toMatchObject([{ field: 'other meters', is: other.id }]);
    await provision({ apply: true });
    expect(await provision()).toEqual(SAME);
  });
});

describe('what Dodo cannot change', () => {
  it.each([
    [
      'a meter that counts events',
      { aggregation: { type: 'count' as const } },
      /aggregation count instead of sum\. .*archive it/,
    ],
    ['a meter of another event', { event_name: 'tokens' }, /event name tokens instead of api\.tokens_used/],
    [
      'a meter with a filter',
      { filter: { conjunction: 'and' as const, clauses: [{ key: 'a', operator: 'equals' as const, value: 1 }] } },
      /filter on instead of off/,
    ],
  ])('stops provisioning before anything is tied to it: %s', async (_what, parts, expected) => {
    const { provision, client } = await begin();
    await client.meters.create({
      name: 'Token Usage Meter',
      event_name: 'api.tokens_used',
      measurement_unit: 'tokens',
      aggregation: { type: 'sum', key: 'tokens' },
      ...parts,
    });
    await expect(provision({ apply: true })).rejects.toThrow(expected);
    expect((await client.products.list({ page_number: 0 })).items).toEqual([]);
  });

  it('is the precision of credits too', async () => {
    const { provision, client } = await begin();
    const money = { name: 'API Tokens', unit: 'token', precision: 2, rollover_enabled: false, overage_enabled: false };
    await client.creditEntitlements.create(money);
    await expect(provision()).rejects.toThrow(/precision 2 instead of 0\. Dodo cannot change it/);
  });

  it('but the name of a meter that counts the same does no harm', async () => {
    const { provision, client, steps } = await begin();
    const { id } = await client.meters.create({
      name: 'Tokens',
      event_name: 'api.tokens_used',
      measurement_unit: 'tokens',
      aggregation: { type: 'sum', key: 'tokens' },
    });
    expect(await provision({ apply: true })).toMatchObject({ ...ALL, 'meter "Token Usage Meter"': 'differs' });
    expect(steps.find((step) => step.id === id)?.differences).toMatchObject([{ field: 'name', is: 'Tokens' }]);
  });
});

describe('the webhook endpoint', () => {
  it('is known by its address, and by its mark after the bot has moved', async () => {
    const { provision, client, deps } = await begin();
    const url = deps.wanted.webhookUrl;
    const byHand = await client.webhooks.create({ url, filter_types: [...USED_EVENT_TYPES] });
    expect(await provision()).toMatchObject({ 'webhook endpoint': 'differs' });
    expect(await provision({ apply: true })).toMatchObject({ 'webhook endpoint': 'changed' });
    expect(await provision()).toMatchObject({ 'webhook endpoint': 'same' });
    const moved = { ...deps.wanted, webhookUrl: 'https://new.example.com/webhooks/dodo' };
    await provision({ wanted: moved, apply: true });
    expect(await client.webhooks.retrieve(byHand.id)).toMatchObject({ url: moved.webhookUrl });
    expect((await client.webhooks.list()).data).toHaveLength(1);
  });

  it('that gets every event differs', async () => {
    const { provision, client, deps, steps } = await begin();
    await client.webhooks.create({ url: deps.wanted.webhookUrl });
    await provision();
    expect(steps.at(-1)?.differences).toEqual([
      {
        field: 'event types',
        is: 'all there are',
        wanted: `the ${USED_EVENT_TYPES.length} that the bot reads`,
        cure: null,
      },
    ]);
  });
});
