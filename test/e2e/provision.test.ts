import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { USED_EVENT_TYPES } from '../../src/ports/dodo/events/event-types.ts';
import { loadDodoOpenApi } from '../helpers/dodo-openapi.ts';
import { createProvisioning } from '../helpers/provisioning.ts';

const SENTENCE = 'One million overage tokens of NeuralAPI Pro cost 5.00 USD.';
const LIVE = { DODO_ENVIRONMENT: 'live_mode' };
const WRITTEN = [
  'DODO_PAYMENTS_WEBHOOK_KEY',
  'CREDIT_ENTITLEMENT_ID',
  'STARTER_PLAN_PRODUCT_ID',
  'PRO_PLAN_PRODUCT_ID',
  'TOPUP_PRODUCT_ID',
];
const namesIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('=')[0]);
const CREATED = [
  'POST /credit-entitlements',
  'POST /meters',
  'POST /products',
  'POST /products',
  'POST /products',
  'POST /webhooks',
];

describe('npm run provision', () => {
  it('makes the catalogue in an empty account, writes .env, and a second time changes nothing', async () => {
    const { run, sim, client, envPath, envText, takeChanges } = await createProvisioning();
    const first = await run();
    expect(first.code).toBe(0);
    expect(takeChanges()).toEqual(CREATED);
    const written = envText();
    const env = parseEnv(written);
    expect(namesIn(written)).toEqual(WRITTEN);
    expect(statSync(envPath).mode & 0o777).toBe(0o600);

    expect((await client.creditEntitlements.list({ page_number: 0 })).items).toMatchObject([
      {
        id: env.CREDIT_ENTITLEMENT_ID,
        name: 'API Tokens',
        unit: 'token',
        precision: 0,
        expires_after_days: 30,
        rollover_enabled: false,
        overage_enabled: false,
      },
    ]);
    const { items: meters } = await client.meters.list({ page_number: 0 });
    expect(meters).toMatchObject([
      {
        name: 'Token Usage Meter',
        event_name: 'api.tokens_used',
        measurement_unit: 'tokens',
        aggregation: { type: 'sum', key: 'tokens' },
        filter: null,
      },
    ]);
    const credits = { credit_entitlement_id: env.CREDIT_ENTITLEMENT_ID };
    const plan = {
      type: 'usage_based_price',
      currency: 'USD',
      payment_frequency_count: 1,
      payment_frequency_interval: 'Month',
      subscription_period_count: 10,
      subscription_period_interval: 'Year',
      meters: [{ meter_id: meters[0]?.id, ...credits, meter_units_per_credit: '1', free_threshold: 0 }],
    };
    expect(await client.products.retrieve(env.STARTER_PLAN_PRODUCT_ID ?? '')).toMatchObject({
      name: 'NeuralAPI Starter',
      price: { ...plan, fixed_price: 2_900 },
      credit_entitlements: [{ ...credits, credits_amount: '10000000', expires_after_days: 30, overage_enabled: false }],
    });
    expect(await client.products.retrieve(env.PRO_PLAN_PRODUCT_ID ?? '')).toMatchObject({
      name: 'NeuralAPI Pro',
      price: { ...plan, fixed_price: 9_900 },
      credit_entitlements: [
        {
          ...credits,
          credits_amount: '40000000',
          expires_after_days: 30,
          overage_enabled: true,
          overage_behavior: 'invoice_at_billing',
          price_per_unit: '0.000005',
          currency: 'USD',
        },
      ],
    });
    expect(await client.products.retrieve(env.TOPUP_PRODUCT_ID ?? '')).toMatchObject({
      name: 'Token Top-Up Pack',
      price: { type: 'one_time_price', currency: 'USD', price: 1_900 },
      credit_entitlements: [{ ...credits, credits_amount: '5000000', expires_after_days: 365 }],
    });
    const { data: endpoints } = await client.webhooks.list();
    expect(endpoints).toMatchObject([{ url: 'https://bot.example.com/webhooks/dodo', disabled: false }]);
    expect(endpoints[0]?.filter_types?.toSorted()).toEqual([...USED_EVENT_TYPES].sort());
    const { secret } = await client.webhooks.retrieveSecret(endpoints[0]?.id ?? '');
    expect(env.DODO_PAYMENTS_WEBHOOK_KEY).toBe(secret);
    expect(first.out).toContain(SENTENCE);
    expect(first.out).toMatch(/if Dodo takes it as cents, one million cost 0\.05 USD/);
    expect(first.out).toMatch(/Starter \(30 days\).*calendar month.*"expiresAfterDays": 32/);
    for (const kept of [sim.apiKey, secret]) expect(first.out).not.toContain(kept);

    takeChanges();
    const second = await run();
    expect([second.code, second.err]).toEqual([0, '']);
    expect(second.out).not.toMatch(/created|changed|DIFFERS/);
    expect(takeChanges()).toEqual([]);
    expect(envText()).toBe(written);
  });

  it('names every problem at once, before it asks anything of Dodo, and shows no value', async () => {
    const { run, exchanges, writeCatalogue } = await createProvisioning();
    writeCatalogue({ plans: [], packs: [{ key: 'topup', name: 'Pack', cents: 1.5, tokens: 1 }] });
    const broken = { BASE_URL: '', DODO_PAYMENTS_API_KEY: 'a key', DODO_ENVIROMENT: 'live_mode' };
    const { code, out, err } = await run([], broken);
    expect([code, out]).toEqual([1, '']);
    for (const name of [
      'BASE_URL: is missing',
      'DODO_PAYMENTS_API_KEY: ',
      'DODO_ENVIROMENT: ',
      'plans: ',
      'packs[0].cents: ',
    ]) {
      expect(err).toContain(name);
    }
    expect(err).not.toContain('a key');
    expect(exchanges).toEqual([]);
    const wrongKey = await run([], { CATALOGUE_PATH: 'none', DODO_PAYMENTS_API_KEY: 'another_key' });
    expect([wrongKey.code, wrongKey.err]).toEqual([1, expect.stringMatching(/401.*\nDODO_PAYMENTS_API_KEY: expected/)]);
    expect(wrongKey.err + wrongKey.out).not.toContain('another_key');
    const wrongOption = await run(['--aply']);
    expect([wrongOption.code, wrongOption.err]).toEqual([1, expect.stringContaining('--aply')]);
  });

  it('goes on where a lost answer cut it short, and makes nothing twice', async () => {
    const { run, runTyping, sim, client, takeChanges } = await createProvisioning();
    sim.switches.outage = 'lose_answers_to_changes';
    const cut = await run();
    expect([cut.code, cut.err]).toEqual([1, expect.stringMatching(/Run it again: .* nothing is made twice/)]);
    // Each run finds what the one before was not told of, and loses the next answer.
    for (const _call of CREATED.slice(1)) await expect(runTyping([])).rejects.toMatchObject({ fault: 'unanswered' });
    sim.switches.outage = null;
    expect((await runTyping([])).code).toBe(0);
    expect(takeChanges()).toEqual([]);
    expect((await client.creditEntitlements.list({ page_number: 0 })).items).toHaveLength(1);
    expect((await client.meters.list({ page_number: 0 })).items).toHaveLength(1);
    expect((await client.products.list({ page_number: 0 })).items).toHaveLength(3);
    expect((await client.webhooks.list()).data).toHaveLength(1);
  });

  it('shows what differs as a diff, and changes it only with --apply', async () => {
    const { run, runTyping, client, envText, takeChanges } = await createProvisioning();
    await runTyping([]);
    const written = envText();
    const { PRO_PLAN_PRODUCT_ID: pro = '', TOPUP_PRODUCT_ID: pack = '' } = parseEnv(written);
    const [endpoint] = (await client.webhooks.list()).data;
    const { price, metadata } = await client.products.retrieve(pro);
    await client.products.update(pro, {
      metadata: { ...metadata, shelf: '7' },
      price: {
        ...price,
        fixed_price: 8_900,
        subscription_period_count: 1,
        subscription_period_interval: 'Month',
        tax_inclusive: true,
      } as typeof price,
    });
    await client.products.update(pack, { name: 'Bag of tokens' });
    await client.webhooks.update(endpoint?.id ?? '', {
      disabled: true,
      filter_types: ['credit.added', 'payout.failed'],
    });

    takeChanges();
    const shown = await run();
    expect(shown.code).toBe(0);
    for (const [is, wanted] of [
      ['price: $89.00', 'price: $99.00'],
      [
        'contract, at whose end Dodo ends the subscription: 1 Month',
        'contract, at whose end Dodo ends the subscription: 10 Year',
      ],
      ['name: Bag of tokens', 'name: Token Top-Up Pack'],
      ['disabled: yes', 'disabled: no'],
    ]) {
      expect(shown.out).toContain(`- ${is}\n      + ${wanted}\n`);
    }
    expect(shown.out).toMatch(/- event types: without credit\.deducted, .* and with payout\.failed\n/);
    expect(shown.out).toMatch(/3 things at Dodo differ .*--apply/s);
    expect(takeChanges()).toEqual([]);

    const applied = await run(['--apply']);
    expect([applied.code, applied.err]).toEqual([0, '']);
    expect(takeChanges()).toEqual(['PATCH /products/{id}', 'PATCH /products/{id}', 'PATCH /webhooks/{webhook_id}']);
    expect(await client.products.retrieve(pro)).toMatchObject({
      metadata: { shelf: '7', tallybot_key: 'pro' },
      price: { fixed_price: 9_900, subscription_period_count: 10, tax_inclusive: true },
      credit_entitlements: [{ credits_amount: '40000000', price_per_unit: '0.000005' }],
    });
    expect((await runTyping([])).told).not.toMatch(/created|changed|DIFFERS/);
    expect(envText()).toBe(written);
  });

  it('goes no further in live_mode before the cost of overage is confirmed by its very sentence', async () => {
    const { run, client, envPath, envText, takeChanges } = await createProvisioning();
    writeFileSync(envPath, '');
    const refused = await run(['--yes', '--confirm-overage', 'yes'], LIVE);
    expect(refused.code).toBe(1);
    expect(refused.out).toContain(`--confirm-overage "${SENTENCE}"`);
    expect(envText()).toBe('');
    expect((await client.webhooks.list()).data).toEqual([]);
    takeChanges();
    expect((await run(['--confirm-overage', SENTENCE], LIVE)).code).toBe(0);
    expect(takeChanges()).toEqual(['POST /webhooks']);
    expect(namesIn(envText())).toEqual(WRITTEN);
  });

  it('lets yes be typed instead, and asks again when the price has changed', async () => {
    const { runTyping, client, envText } = await createProvisioning();
    const asks = expect.stringMatching(/Is that what overage is to cost\? Type yes/);
    expect(await runTyping(['y'], {}, LIVE)).toMatchObject({ code: 1, asked: [asks] });
    expect(await runTyping(['Yes'], {}, LIVE)).toMatchObject({ code: 0, asked: [asks] });
    const ids = parseEnv(envText());
    const known = { ...LIVE, PRO_PLAN_PRODUCT_ID: ids.PRO_PLAN_PRODUCT_ID ?? '' };
    expect(await runTyping([], {}, known)).toMatchObject({ code: 0, asked: [] });
    const cents = { ...known, OVERAGE_PRICE_UNIT: 'cents' };
    expect(await runTyping([], { apply: true }, cents)).toMatchObject({ code: 1, asked: [asks] });
    const { credit_entitlements: credits } = await client.products.retrieve(known.PRO_PLAN_PRODUCT_ID);
    expect(credits).toMatchObject([{ price_per_unit: '0.0005' }]);
  });

  it('keeps what else stands in .env, replaces other values only when told to, and shows no secret', async () => {
    const { run, runTyping, envPath, envText, sim } = await createProvisioning();
    const own =
      '# mine\nDODO_PAYMENTS_WEBHOOK_KEY=whsec_b2xk # old\nTOPUP_PRODUCT_ID=pdt_old\nOPENAI_API_KEY=sk-mine\n';
    writeFileSync(envPath, own);
    chmodSync(envPath, 0o644);
    const first = await run();
    expect(first.code).toBe(1);
    expect(first.out).toMatch(/kept: DODO_PAYMENTS_WEBHOOK_KEY, TOPUP_PRODUCT_ID\n.*--yes/);
    expect(envText()).toMatch(new RegExp(`^${own}CREDIT_ENTITLEMENT_ID=cde_\\w+\nSTARTER`));
    expect(statSync(envPath).mode & 0o777).toBe(0o640);

    const typed = await runTyping(['n', 'y']);
    expect(typed).toMatchObject({
      code: 1,
      asked: [
        'Replace DODO_PAYMENTS_WEBHOOK_KEY by the secret of the endpoint at Dodo? [y/N] ',
        expect.stringMatching(/^Replace TOPUP_PRODUCT_ID \(pdt_old\) by pdt_\w+\? \[y\/N\] $/),
      ],
    });
    const last = await run(['--yes']);
    expect(last.code).toBe(0);
    const [endpoint = ''] = (await runTyping([], { print: true })).printed;
    const secret = endpoint.split('=').slice(1).join('=');
    expect(secret).toMatch(/^whsec_/);
    expect(envText()).toContain(`# mine\nDODO_PAYMENTS_WEBHOOK_KEY=${secret} # old\nTOPUP_PRODUCT_ID=pdt_`);
    for (const shown of [first, last]) {
      for (const kept of [secret, 'whsec_b2xk', sim.apiKey]) expect(shown.out + shown.err).not.toContain(kept);
    }
  });

  it('prints the variables with --print, the webhook secret among them, and leaves .env alone', async () => {
    const { run, envPath, sim } = await createProvisioning();
    const { code, out, err } = await run(['--print']);
    expect(code).toBe(0);
    expect(namesIn(out)).toEqual(WRITTEN);
    expect(parseEnv(out).DODO_PAYMENTS_WEBHOOK_KEY).toMatch(/^whsec_/);
    expect(err).toContain(SENTENCE);
    expect(out + err).not.toContain(sim.apiKey);
    expect(existsSync(envPath)).toBe(false);
  });

  it('makes the plans and packs of a catalogue file, with the expiry and the limit of each', async () => {
    const { run, client, envText, writeCatalogue } = await createProvisioning();
    writeCatalogue({
      plans: [
        {
          key: 'team',
          name: 'Team',
          monthlyCents: 49_900,
          tokensPerCycle: 250_000_000,
          expiresAfterDays: 32,
          overageMicroDollars: 4,
          overageLimitTokens: 9_000_000,
        },
      ],
      packs: [{ key: 'large', name: 'Large Pack', cents: 6_900, tokens: 20_000_000, expiresAfterDays: 90 }],
    });
    const { code, out } = await run([], { BRAND_NAME: 'Acme AI' });
    expect(code).toBe(0);
    expect(out).toContain('One million overage tokens of Acme AI Team cost 4.00 USD.');
    expect(out).not.toContain('calendar month');
    const ids = parseEnv(envText());
    expect(namesIn(envText()).slice(2)).toEqual(['TEAM_PLAN_PRODUCT_ID', 'LARGE_PACK_PRODUCT_ID']);
    expect(await client.products.retrieve(ids.TEAM_PLAN_PRODUCT_ID ?? '')).toMatchObject({
      name: 'Acme AI Team',
      credit_entitlements: [
        {
          credits_amount: '250000000',
          expires_after_days: 32,
          price_per_unit: '0.000004',
          overage_limit: '9000000',
        },
      ],
    });
  });
});

const loaded = loadDodoOpenApi();

describe("what provisioning says to Dodo fits the description of Dodo's API", () => {
  if (loaded.status === 'absent') {
    it.skip(loaded.message);
    return;
  }
  const { openApi } = loaded;

  it('when it creates, and when it changes everything that can be changed', async () => {
    const { runTyping, client, exchanges, writeCatalogue, folder } = await createProvisioning();
    expect((await runTyping([])).code).toBe(0);
    const [entitlement] = (await client.creditEntitlements.list({ page_number: 0 })).items;
    await client.creditEntitlements.update(entitlement?.id ?? '', { expires_after_days: 7 });
    writeCatalogue({
      plans: [
        { key: 'starter', name: 'Start', monthlyCents: 1_000, tokensPerCycle: 5 },
        {
          key: 'pro',
          name: 'Pro',
          monthlyCents: 1_001,
          tokensPerCycle: 6,
          overageMicroDollars: 7,
          overageLimitTokens: 8,
        },
      ],
      packs: [{ key: 'topup', name: 'Top-up', cents: 100, tokens: 9, expiresAfterDays: 10 }],
    });
    const env = { CATALOGUE_PATH: join(folder, 'catalogue.json'), BASE_URL: 'https://new.example.com' };
    expect((await runTyping([], { apply: true }, env)).code).toBe(0);
    expect(exchanges.flatMap((exchange) => openApi.validateExchange(exchange))).toEqual([]);
    expect(
      new Set(
        exchanges.filter(({ method }) => method !== 'GET').map(({ method, operation }) => `${method} ${operation}`),
      ),
    ).toEqual(
      new Set([...CREATED, 'PATCH /credit-entitlements/{id}', 'PATCH /products/{id}', 'PATCH /webhooks/{webhook_id}']),
    );
  });
});
