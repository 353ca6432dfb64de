import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import DodoPayments from 'dodopayments';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { type Bot, startBot } from '../helpers/bot.ts';
import { type Developer, developerWith } from '../helpers/developer.ts';
import { ask, buy, type Person, payAt, personOn } from '../helpers/people.ts';

/** What `npm run provision` writes; an operator who begins has none of it. */
const PROVISIONED = [
  'DODO_PAYMENTS_WEBHOOK_KEY',
  'CREDIT_ENTITLEMENT_ID',
  'STARTER_PLAN_PRODUCT_ID',
  'PRO_PLAN_PRODUCT_ID',
  'TOPUP_PRODUCT_ID',
];

let folder: string;
let bot: Bot;
/** What the operator's `.env` says. */
let env: Record<string, string>;
let developer: Developer;
let member: Person;

/** Runs a command of the package as npm does, in the operator's folder with its `.env`. */
function run(command: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const file = fileURLToPath(new URL(`../../src/cli/${command}.ts`, import.meta.url));
  const options = { cwd: folder, env: { PATH: process.env.PATH ?? '' } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--env-file-if-exists=.env', file, ...args], options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

interface Told {
  ok: boolean;
  errors: number;
  checks: { id: string; status: string; findings: { about: string; cure: string }[] }[];
}

async function doctor(): Promise<Told & { code: number }> {
  const { code, out } = await run('doctor', '--json');
  return { code, ...(JSON.parse(out) as Told) };
}

/** An account at Dodo with nothing in it, and a copy of `.env.example`. */
async function beginWith(world: SimulatedWorld): Promise<void> {
  world.dodo.reset();
  folder = await mkdtemp(join(tmpdir(), 'tallybot-from-nothing-'));
  await copyFile(fileURLToPath(new URL('../../.env.example', import.meta.url)), join(folder, '.env'));
}

/** Fills lines of the operator's `.env` in, by hand. */
async function setVariables(values: Record<string, string | undefined>): Promise<void> {
  const path = join(folder, '.env');
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => {
    const [name = ''] = line.split('=');
    return values[name] === undefined ? line : `${name}=${values[name]}`;
  });
  await writeFile(path, lines.join('\n'));
}

/** What the walk tells on its way to a bot that runs. */
const before: { doctor?: Told & { code: number }; provision?: string; register?: string } = {};

beforeAll(async () => {
  bot = await startBot({
    async env(world) {
      await beginWith(world);
      const { DODO_PAYMENTS_API_KEY, DODO_PAYMENTS_BASE_URL, BASE_URL, ...rest } = world.env;
      await setVariables({ DODO_PAYMENTS_API_KEY, DODO_PAYMENTS_BASE_URL, BASE_URL });
      before.doctor = await doctor();
      const provisioned = await run('provision');
      before.provision = provisioned.out + provisioned.err;
      await setVariables(Object.fromEntries(Object.entries(rest).filter(([name]) => !PROVISIONED.includes(name))));
      env = parseEnv(await readFile(join(folder, '.env'), 'utf8')) as Record<string, string>;
      const registered = await run('register');
      before.register = registered.out + registered.err;
      return env;
    },
  });
}, 60_000);
afterAll(async () => {
  await bot.close();
  await rm(folder, { recursive: true, force: true });
});

/** By how much figures of `/metrics` grow while `during` runs. */
async function growth(names: readonly string[], during: () => Promise<unknown>): Promise<number[]> {
  const read = () => Promise.all(names.map((name) => bot.metric(name)));
  const first = await read();
  await during();
  const last = await read();
  return names.map((_, index) => (last[index] ?? 0) - (first[index] ?? 0));
}

/** The README's steps with accounts, among simulators. Each stands on the ones before it. */
describe('from an empty Dodo account to a running, watched bot', () => {
  it('the doctor first names what is missing', () => {
    const { code, checks = [] } = before.doctor ?? {};
    expect(code).toBe(1);
    const [configuration] = checks;
    const missing = [...PROVISIONED, 'OPENAI_API_KEY', 'APP_SECRET', 'DISCORD_TOKEN or SLACK_BOT_TOKEN'];
    expect(configuration?.findings.map(({ about }) => about).toSorted()).toEqual(missing.toSorted());
    const meter = checks.find(({ id }) => id === 'dodo-meter');
    expect(meter?.findings[0]?.cure).toContain('npm run provision');
  });

  it('provision, with the key and the address alone, makes the catalogue and the endpoint; register tells Discord', async () => {
    expect(before.provision).toContain('One million overage tokens of NeuralAPI Pro cost');
    for (const name of PROVISIONED) expect(env[name]).toBeTruthy();
    expect(before.register).toContain('Discord: the commands are registered.');
    const dodo = new DodoPayments({ bearerToken: bot.world.dodo.apiKey, baseURL: bot.world.dodo.url });
    expect((await dodo.products.list({ page_number: 0 })).items.map(({ name }) => name).toSorted()).toEqual([
      'NeuralAPI Pro',
      'NeuralAPI Starter',
      'Token Top-Up Pack',
    ]);
  });

  it('the doctor finds nothing wrong any more', async () => {
    const { code, ok, checks } = await doctor();
    const wrong = checks.filter(({ status }) => status === 'error');
    expect([code, ok, wrong]).toEqual([0, true, []]);
    // The default catalogue's credits last 30 days, which is said.
    expect(checks.find(({ id }) => id === 'dodo-expiry')?.status).toBe('warning');
  });

  it('somebody subscribes over the page, and gets a key', async () => {
    const response = await fetch(`${bot.app.url}/checkout/subscribe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ plan: 'starter', email: 'dev@example.com', name: 'Dev' }),
    });
    const { checkout_url: url, session_id: session } = (await response.json()) as Record<string, string>;
    await payAt(url ?? '', 'dev@example.com');
    await bot.settle();
    const claim = bot.world.dodo.store.sessions.get(session ?? '')?.request.return_url ?? '';
    const page = await (await fetch(`${bot.app.url}${new URL(claim).pathname}`)).text();
    expect(page).toContain('10,000,000 tokens were added');
    developer = developerWith(/tb_[A-Za-z0-9_-]{43}/.exec(page)?.[0] ?? '', bot);
  });

  it('and somebody over chat', async () => {
    member = personOn('discord', bot, 'member');
    const [purchases] = await growth(['notices_sent_total'], () => buy(bot, member, 'pro'));
    expect(purchases).toBe(1);
    expect((await ask(member, 'What did I buy?')).isRefused).toBe(false);
  });

  it("OpenAI's own client asks, whole and streamed, and the figures move", async () => {
    const asked = { model: 'gpt-5.4-mini', messages: [{ role: 'user' as const, content: 'What is a ledger?' }] };
    let tokens = 0;
    const names = ['asks_settled_total', 'tokens_charged_total', 'answer_seconds_count'];
    const grown = await growth(
      names.map(
        (name) =>
          `${name}{source="api"${name === 'asks_settled_total' ? ',outcome="answered"' : ',model="gpt-5.4-mini"'}}`,
      ),
      async () => {
        const whole = await developer.openai.chat.completions.create(asked);
        expect(whole.choices[0]?.message.content).toBeTruthy();
        const streamed = await developer.openai.chat.completions.create({
          ...asked,
          stream: true,
          stream_options: { include_usage: true },
        });
        let text = '';
        for await (const chunk of streamed) {
          text += chunk.choices[0]?.delta.content ?? '';
          tokens += chunk.usage?.total_tokens ?? 0;
        }
        expect(text).toBe(whole.choices[0]?.message.content);
        tokens += whole.usage?.total_tokens ?? 0;
      },
    );
    expect(tokens).toBeGreaterThan(0);
    expect(grown).toEqual([2, tokens, 2]);
  });

  it('and Dodo meters what was charged, for both', async () => {
    const charged = bot.kept.receipts().reduce((sum, receipt) => sum + receipt.charged, 0);
    await bot.meterTick();
    const { dodo } = bot.world;
    const left = dodo.store.allWallets().reduce((sum, { customerId, entitlementId }) => {
      return sum + Number(dodo.store.balance(customerId, entitlementId)?.balance);
    }, 0);
    expect(50_000_000 - left).toBe(charged);
    expect(charged).toBeGreaterThan(0);
    expect(await bot.metric('usage_accepted_total')).toBe(3);
    expect((await doctor()).ok).toBe(true);
  });
});
