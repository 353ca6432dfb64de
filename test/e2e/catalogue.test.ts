import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DodoPayments } from 'dodopayments';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TERMS } from '../../src/core/catalogue.ts';
import type { SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { linkIn, payAt, personOn, reads } from '../helpers/people.ts';

const TEAM = { key: 'team', name: 'Team', monthlyCents: 49_900, tokensPerCycle: 250_000_000 };
const LARGE = { key: 'large', name: 'Large Pack', cents: 6_900, tokens: 20_000_000, expiresAfterDays: 90 };

/** Makes at Dodo what the catalogue's file adds, alike to what is there. @returns the ids' variables */
async function createProducts({ dodo, env }: SimulatedWorld): Promise<Record<string, string>> {
  const client = new DodoPayments({ bearerToken: dodo.apiKey, baseURL: dodo.url });
  const alike = async (id: string, name: string, price: object, amount: number) => {
    const { tax_category, price: own, credit_entitlements } = await client.products.retrieve(id);
    const [credits] = credit_entitlements;
    if (credits === undefined) throw new Error(`expected ${id} to have credits`);
    const { product_id } = await client.products.create({
      name,
      tax_category,
      price: { ...own, ...price } as typeof own,
      credit_entitlements: [
        {
          credit_entitlement_id: credits.credit_entitlement_id,
          credits_amount: String(amount),
          expires_after_days: 90,
        },
      ],
    });
    return product_id;
  };
  const { STARTER_PLAN_PRODUCT_ID: plan = '', TOPUP_PRODUCT_ID: pack = '' } = env;
  return {
    TEAM_PLAN_PRODUCT_ID: await alike(plan, 'NeuralAPI Team', { fixed_price: TEAM.monthlyCents }, TEAM.tokensPerCycle),
    LARGE_PACK_PRODUCT_ID: await alike(pack, LARGE.name, { price: LARGE.cents }, LARGE.tokens),
  };
}

let bot: Bot;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallybot-'));
  const path = join(folder, 'catalogue.json');
  const [starter] = DEFAULT_TERMS.plans;
  await writeFile(path, JSON.stringify({ plans: [starter, TEAM], packs: [...DEFAULT_TERMS.packs, LARGE] }));
  bot = await startBot({
    env: async (world) => ({ CATALOGUE_PATH: path, PRO_PLAN_PRODUCT_ID: '', ...(await createProducts(world)) }),
  });
});
afterAll(async () => {
  await bot?.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(['discord', 'slack'] as const)('a catalogue of the operator, on %s', (platform) => {
  it('is what members are offered, read of and buy', async () => {
    const ann = personOn(platform, bot, 'ann');
    const help = await reads(ann.does('help'));
    expect(help.text).toContain('Team: 250,000,000 tokens a month for $499.00.');
    expect(help.text).toContain('Large Pack: 20,000,000 tokens for $69.00, good for 90 days.');
    expect(help.text).not.toContain('Pro:');
    const none = await reads(ann.does('subscribe', 'pro'));
    expect(none.text).toMatch(/no plan "pro". The plans are \**starter\** .* and \**team\** \(\$499\.00 a month/);

    const empty = await reads(ann.does('balance'));
    expect(empty.buttons.map(({ label }) => label)).toEqual([
      'Subscribe to Starter · $29.00 a month',
      'Subscribe to Team · $499.00 a month',
      'Top up 5,000,000 · $19.00',
      'Top up 20,000,000 · $69.00',
    ]);
    const offer = await reads(ann.press(empty, 'Top up 20,000,000 · $69.00'));
    expect(offer.text).toContain('Large Pack: 20,000,000 tokens for $69.00, good for 90 days');
    await payAt(linkIn(offer), `ann-${platform}@example.com`);
    await bot.settle();
    const team = await reads(ann.does('subscribe', 'Team'));
    await payAt(linkIn(team), `ann-${platform}@example.com`);
    await bot.settle();
    const balance = await reads(ann.does('balance'));
    expect(balance.text).toMatch(/270,000,000 tokens left/);
    expect(balance.text).toMatch(/Plan: Team/);
  });
});

describe('a top-up of one of several packs', () => {
  it('is typed on Slack behind the number, or alone', async () => {
    const ben = personOn('slack', bot, 'ben');
    const nonsense = await reads(ben.does('topup', '2 huge'));
    expect(nonsense.text).toMatch(/not "2 huge". The packs are .*topup.* and .*large.*For example: \/topup 2 large/);
    const two = await reads(ben.does('topup', '2 large'));
    expect(two.text).toContain('2 × Large Pack: 40,000,000 tokens for $138.00');
    const same = await reads(ben.does('topup', 'Large 2'));
    expect(linkIn(same)).toBe(linkIn(two));
    const other = await reads(ben.does('topup', 'large'));
    expect(other.text).toMatch(/checkout open for a top-up/);
  });
});
