import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../helpers/bot.ts';
import { createPageVisitor, type PageVisitor, signIn } from '../helpers/page-visitor.ts';
import { buy, type Person, personOn, reads } from '../helpers/people.ts';

let bot: Bot;
let ann: Person;
let hers: PageVisitor;

beforeAll(async () => {
  bot = await startBot();
  ann = personOn('discord', bot, 'ann');
  hers = createPageVisitor(bot.app.url);
  await buy(bot, ann, 'starter');
  await signIn(hers, ann);
});

afterAll(() => bot.close());

const plan = () => bot.kept.accounts().flatMap(({ subscriptions }) => subscriptions)[0];

/** Presses the button of the last page's form that has this step. */
async function step(name: string): Promise<string> {
  return (await hers.submit('/account/plan', { step: name })).text;
}

describe('the plan on the account page', () => {
  it('is cancelled and resumed', async () => {
    expect(await step('plan_cancel')).toContain('Your Starter plan is cancelled.');
    expect(plan()?.endsAtPeriodEnd).toBe(true);
    const page = await hers.get('/account');
    expect(page.text).toContain('will not renew');
    expect(page.text).toContain('value="plan_resume"');
    expect(page.text).not.toContain('value="plan_cancel"');
    expect(await step('plan_resume')).toContain('goes on');
    expect(plan()?.endsAtPeriodEnd).toBe(false);
  });

  it('is changed after the charge was shown', async () => {
    const page = await hers.get('/account');
    expect(page.text).toContain('Change to Pro');
    const offer = await step('plan_change:pro');
    expect(offer).toMatch(/your card is charged <strong>\$[\d.]+ now<\/strong>/);
    const confirm = /value="(plan_confirm:\d+\.pro)"/.exec(offer)?.[1] ?? '';
    expect(plan()?.productId).toBe(bot.world.env.STARTER_PLAN_PRODUCT_ID);
    expect(await step(confirm)).toContain('Done.');
    await bot.settle();
    expect((await hers.get('/account')).text).toContain('<strong>NeuralAPI Pro</strong>');
    expect((await reads(ann.does('plan'))).text).toContain('NeuralAPI Pro');
  });

  it('does nothing by a step that there is not', async () => {
    await hers.get('/account');
    const before = JSON.stringify(plan());
    for (const name of ['', 'constructor', 'plan_destroy', 'plan_confirm:0.starter.x'])
      await hers.get('/account').then(() => step(name));
    expect(JSON.stringify(plan())).toBe(before);
  });
});

describe('API keys on the account page', () => {
  it('are shown once, listed, and revoked', async () => {
    await hers.get('/account');
    const made = await hers.submit('/account/keys', { name: 'my <laptop>' });
    const secret = /<code class="secret">(tb_[\w-]{43})<\/code>/.exec(made.text)?.[1] ?? '';
    expect(secret).toHaveLength(46);
    const page = await hers.get('/account');
    expect(page.text).toContain('my &lt;laptop&gt;');
    expect(page.text).not.toContain(secret);
    expect((await reads(ann.does('apikey', 'list'))).text).toContain('my <laptop>');
    expect((await hers.submit('/account/keys-revoke')).text).toContain('opens nothing any more');
    expect(bot.kept.accounts()[0]?.apiKeys).toEqual([]);
    expect((await reads(ann.does('apikey', 'list'))).text).toContain('no API key');
  });

  it('are at most ten', async () => {
    for (let n = 0; n < 9; n += 1) await reads(ann.does('apikey', 'new'));
    await hers.get('/account');
    const refused = await hers.submit('/account/keys', { name: 'eleventh in an hour' });
    expect(refused.status).toBe(429);
    expect(refused.text).toContain('try again later');
  });
});
