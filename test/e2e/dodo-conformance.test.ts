import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/sandbox/dodo/server.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { loadDodoOpenApi } from '../helpers/dodo-openapi.ts';
import { ask, buy, checkoutOf, payAt, personOn, reads } from '../helpers/people.ts';

const loaded = loadDodoOpenApi();
const MINUTE = 60_000;

describe("what the bot and Dodo say to each other fits the description of Dodo's API", () => {
  let bot: Bot | null = null;
  afterEach(async () => {
    await bot?.close();
    bot = null;
  });

  if (loaded.status === 'absent') {
    it.skip(loaded.message);
    return;
  }
  const { openApi } = loaded;

  it.each(['number', 'string'] as const)('in a whole story, balances as %s', async (balancesAs) => {
    const exchanges: Exchange[] = [];
    const dodo = { switches: { balancesAs }, onExchange: (exchange: Exchange) => exchanges.push(exchange) };
    bot = await startBot({ world: { dodo } });
    const { dodo: simulator } = bot.world;
    const ann = personOn('discord', bot, 'Ann');
    const ben = personOn('slack', bot, 'Ben');

    await buy(bot, ann, 'starter');
    await buy(bot, ben, 'topup');
    for (const person of [ann, ben]) {
      await ask(person, 'One [[cached:3]]');
      await ask(person, 'Two');
    }
    await bot.meterTick();
    await reads(ann.does('billing'));
    await payAt(await checkoutOf(ann, 'topup'), 'ann@example.com', 'decline');
    const first = await checkoutOf(ben, 'starter');
    const second = await checkoutOf(ben, 'pro');
    for (const url of [first, second]) {
      await payAt(url, 'ben@example.com');
      await bot.settle();
      bot.advance(1_500);
    }
    simulator.switches.outage = { status: 503 };
    await ask(ann, 'While Dodo is away');
    bot.advance(1_000);
    await bot.settle();
    bot.advance(2 * 60 * MINUTE);
    await bot.settle();
    simulator.switches.outage = null;
    bot.advance(10 * MINUTE);
    await bot.meterTick();
    const [subscription = ''] = simulator.store.subscriptions.keys();
    simulator.renew(subscription);
    simulator.refund([...simulator.store.payments.keys()][0] ?? '');
    await bot.settle();
    const disputed = [...simulator.store.payments.keys()].at(-1) ?? '';
    for (const outcome of ['opened', 'won'] as const) {
      bot.advance(1_000);
      simulator.dispute(disputed, outcome);
      await bot.settle();
    }
    let shown = await reads(ann.does('plan'));
    const presses = ['Change to Pro', 'Pay', 'Change to Starter', 'Change to Starter', 'Keep', 'Cancel', 'Resume'];
    for (const label of presses) {
      if (label === 'Cancel') shown = await reads(ann.does('plan'));
      shown = await reads(ann.press(shown, label));
    }
    expect(shown.text).toContain('Your Pro plan goes on');
    simulator.cancel(subscription);
    await bot.settle();
    bot.advance(31 * 24 * 60 * MINUTE);
    await bot.meterTick();

    const calls = exchanges.filter(({ status }) => status !== 503);
    expect(calls.flatMap((exchange) => openApi.validateExchange(exchange))).toEqual([]);
    expect(new Set(calls.map(({ method, operation }) => `${method} ${operation}`))).toEqual(
      new Set([
        'POST /checkouts',
        'GET /checkouts/{id}',
        'GET /credit-entitlements/{id}',
        'GET /customers/{customer_id}',
        'POST /customers/{customer_id}/customer-portal/session',
        'GET /credit-entitlements/{credit_entitlement_id}/balances',
        'GET /credit-entitlements/{credit_entitlement_id}/balances/{customer_id}/ledger',
        'GET /credit-entitlements/{credit_entitlement_id}/balances/{customer_id}/grants',
        'POST /credit-entitlements/{credit_entitlement_id}/balances/{customer_id}/ledger-entries',
        'POST /events/ingest',
        'GET /events/{event_id}',
        'GET /payments/{payment_id}',
        'GET /subscriptions',
        'POST /subscriptions/{subscription_id}/change-plan',
        'POST /subscriptions/{subscription_id}/change-plan/preview',
        'DELETE /subscriptions/{subscription_id}/change-plan/scheduled',
        'GET /subscriptions/{subscription_id}',
        'PATCH /customers/{customer_id}',
        'PATCH /subscriptions/{subscription_id}',
      ]),
    );

    const webhooks = simulator.webhooks.deliveries;
    expect(webhooks.flatMap(({ bodyAtEvent }) => openApi.validateWebhook(JSON.parse(bodyAtEvent)))).toEqual([]);
    expect(webhooks.every(({ state }) => state === 'delivered')).toBe(true);
    expect(new Set(webhooks.map(({ type }) => type)).size).toBeGreaterThan(8);
    expect(bot.kept.deadLetters()).toEqual([]);
  });
});
