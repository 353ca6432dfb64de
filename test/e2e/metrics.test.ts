import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { type Bot, startBot } from '../helpers/bot.ts';
import { ask, buy, type Person, personOn, reads } from '../helpers/people.ts';

const MODEL = 'gpt-5.4-mini';

let bot: Bot;
let buyer: Person;
let slacker: Person;

beforeAll(async () => {
  bot = await startBot({ env: { MEMBER_ASKS_PER_MINUTE: '0' } });
  buyer = personOn('discord', bot, 'buyer');
  slacker = personOn('slack', bot, 'slacker');
});

afterAll(() => bot.close());

/** By how much figures grow while `during` runs. */
async function growth(names: readonly string[], during: () => Promise<unknown>): Promise<Record<string, number>> {
  const read = () => Promise.all(names.map((name) => bot.metric(name)));
  const before = await read();
  await during();
  const after = await read();
  return Object.fromEntries(names.map((name, index) => [name, (after[index] ?? 0) - (before[index] ?? 0)]));
}

describe('the figures of a day', () => {
  it('show a purchase: the commands acknowledged, the webhooks and how late they were', async () => {
    const lag = (event: string) => `webhook_lag_seconds_count{event="${event}"}`;
    const grown = await growth(
      ['acknowledge_seconds_count{platform="discord"}', lag('payment'), lag('subscription'), lag('ledger_row')],
      () => buy(bot, buyer, 'starter'),
    );
    const sent = (family: RegExp) => bot.world.dodo.webhooks.deliveries.filter(({ type }) => family.test(type)).length;
    expect(grown).toEqual({
      'acknowledge_seconds_count{platform="discord"}': 1,
      [lag('payment')]: sent(/^payment\./),
      [lag('subscription')]: sent(/^subscription\./),
      [lag('ledger_row')]: sent(/^credit\./),
    });
    expect(await bot.metric('notices_sent_total')).toBe(1);
    expect(await bot.metric('dodo_calls_total{share="member"}')).toBeGreaterThan(0);
  });

  it('show an answer: its outcome, its tokens, and how long it took', async () => {
    const labels = `{source="discord",model="${MODEL}"}`;
    const grown = await growth(
      [
        'asks_held_total',
        'asks_settled_total{source="discord",outcome="answered"}',
        `tokens_charged_total${labels}`,
        `first_text_seconds_count${labels}`,
        `answer_seconds_count${labels}`,
      ],
      () => ask(buyer, 'What is a ledger?'),
    );
    expect(grown).toEqual({
      asks_held_total: 1,
      'asks_settled_total{source="discord",outcome="answered"}': 1,
      [`tokens_charged_total${labels}`]: bot.kept.receipts().at(-1)?.charged,
      [`first_text_seconds_count${labels}`]: 1,
      [`answer_seconds_count${labels}`]: 1,
    });
    expect(await bot.metric('asks_settled_total')).toBe(1);
  });

  it('show what is used and not yet deducted, as the next sweep finds it, and that it goes', async () => {
    await bot.settle();
    const charged = bot.kept.receipts().reduce((sum, receipt) => sum + receipt.charged, 0);
    bot.advance(301_000);
    await bot.settle();
    expect(await bot.metric('unsettled_tokens')).toBe(charged);
    await bot.meterTick();
    bot.advance(301_000);
    await bot.settle();
    expect(await bot.metric('unsettled_tokens')).toBe(0);
    expect(await bot.metric('drift_tokens')).toBe(0);
  });

  it('show refusals by their reason', async () => {
    const grown = await growth(
      [
        'asks_refused_total{source="slack",reason="no_tokens"}',
        'asks_refused_total{source="discord",reason="prompt_empty"}',
        'asks_refused_total',
        'asks_held_total',
      ],
      async () => {
        await ask(slacker, 'May I?');
        await reads(buyer.does('ask', '   '));
      },
    );
    expect(Object.values(grown)).toEqual([1, 1, 2, 0]);
  });

  it('show what a running ask holds, and a Stop before anything was written', async () => {
    const deed = buyer.does('ask', 'Wait [[hang]]');
    const [thinking] = await deed.waitFor((said) => said.some(({ buttons }) => buttons.length > 0));
    await vi.waitFor(async () => expect(await bot.metric('asks_running')).toBe(1));
    const held = bot.kept.accounts().flatMap(({ holds }) => holds.map(({ tokens }) => tokens));
    expect(await bot.metric('tokens_held')).toBe(held[0]);
    expect(await bot.metric('holds_open')).toBe(1);
    const settled = 'asks_settled_total{source="discord",outcome="free"}';
    const grown = await growth([settled, 'answer_seconds_count', 'tokens_charged_total'], async () => {
      if (thinking !== undefined) buyer.press(thinking, 'Stop');
      await deed.waitFor((said) => said.some(({ buttons }) => buttons.some(({ label }) => label === 'Receipt')));
      await vi.waitFor(async () => expect(await bot.metric('holds_open')).toBe(0));
    });
    expect(Object.values(grown)).toEqual([1, 0, 0]);
    expect(await bot.metric('tokens_held')).toBe(0);
  });

  it.each([
    ['refuses our key', '[[fail:401]]', 'unauthorized'],
    ['is busy', '[[fail:429]]', 'rate_limited'],
    ['fails', '[[fail:500]]', 'unavailable'],
  ])('show that the model %s', async (_what, directive, kind) => {
    const names = [
      'asks_settled_total{source="discord",outcome="failed"}',
      `vendor_errors_total{vendor="openai",kind="${kind}"}`,
      'vendor_errors_total',
    ];
    expect(Object.values(await growth(names, () => ask(buyer, `Why? ${directive}`)))).toEqual([1, 1, 1]);
  });

  it('show that Dodo is away', async () => {
    const name = 'vendor_errors_total{vendor="dodo",kind="unavailable"}';
    bot.world.dodo.switches.outage = { status: 503 };
    const grown = await growth([name], () => reads(buyer.does('topup', '1')));
    bot.world.dodo.switches.outage = null;
    expect(grown[name]).toBeGreaterThan(0);
  });

  it('show a DM that a member does not take, by platform and reason', async () => {
    buyer.closeDms();
    bot.world.dodo.renew([...bot.world.dodo.store.subscriptions.keys()][0] ?? '');
    const names = [
      'dm_failures_total{platform="discord",fault="refused"}',
      'dm_failures_total',
      'vendor_errors_total{vendor="discord",kind="refused"}',
      'notices_refused_total',
    ];
    expect(Object.values(await growth(names, () => bot.settle()))).toEqual([1, 1, 1, 1]);
  });

  it('show answers that Slack does not take', async () => {
    const name = 'vendor_errors_total{vendor="slack",kind="refused"}';
    const failed = () => bot.logged.filter(({ text }) => text === 'a turn failed').length;
    const before = failed();
    const grown = await growth([name, 'platform_faults_total'], async () => {
      bot.world.slack.faults.next({ method: 'response_url', status: 404, times: 100 });
      bot.world.slack.faults.next({ error: 'account_inactive', times: 100 });
      slacker.does('balance');
      await vi.waitFor(() => expect(failed()).toBe(before + 1));
      bot.world.slack.faults.clear();
    });
    expect(grown[name]).toBeGreaterThan(0);
    expect(grown.platform_faults_total).toBe(1);
  });

  it('show a webhook that nobody signed', async () => {
    const names = ['webhooks_rejected_total', 'webhooks_received_total'];
    const forge = () => fetch(`${bot.app.url}/webhooks/dodo`, { method: 'POST', body: '{}' });
    expect(Object.values(await growth(names, forge))).toEqual([1, 0]);
  });

  it('show whether the bot is ready, check by check', async () => {
    expect(await bot.metric('ready')).toBe(4);
    bot.world.discord.faults.outage({ status: 503 });
    bot.advance(61_000);
    expect(await bot.metric('ready{check="discord"}')).toBe(0);
    expect(await bot.metric('ready{check="slack"}')).toBe(1);
    bot.world.discord.faults.outage(null);
    bot.advance(6_000);
    expect(await bot.metric('ready{check="discord"}')).toBe(1);
  });

  it('name no member, no workspace, no channel and no account', async () => {
    const text = await (await fetch(`${bot.app.url}/metrics`)).text();
    const { id = '', customerId } = bot.kept.accounts()[0] ?? {};
    const { discord } = bot.world;
    const names = [buyer.id, slacker.id, id, customerId ?? '', discord.home.guildId, discord.home.channelId];
    expect(names.filter((name) => name === '' || text.includes(name))).toEqual([]);
    const labels = new Set(
      [...text.matchAll(/^tallybot_\w+\{(.*)\}/gm)].flatMap(([, all = '']) =>
        [...all.matchAll(/(\w+)="/g)].map(([, label]) => label),
      ),
    );
    expect([...labels].sort()).toEqual([
      'check',
      'event',
      'fault',
      'kind',
      'le',
      'model',
      'outcome',
      'platform',
      'reason',
      'share',
      'source',
      'topic',
      'vendor',
    ]);
  });
});

describe('the examples for Prometheus and Grafana', () => {
  interface Target {
    expr: string;
  }
  interface Panel {
    id: number;
    type: string;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets?: Target[];
  }
  interface Rule {
    alert: string;
    expr: string;
    labels: { severity: string };
    annotations: { summary: string };
  }

  async function panels(): Promise<Panel[]> {
    return JSON.parse(await readFile('docs/grafana-dashboard.json', 'utf8')).panels;
  }

  async function rules(): Promise<Rule[]> {
    const { groups } = parseYaml(await readFile('docs/alert-rules.yml', 'utf8'), { strict: true });
    return groups.flatMap((group: { rules: Rule[] }) => group.rules);
  }

  /** Series and labels of the running bot, as Prometheus would have them. */
  async function exposed(): Promise<{ names: Set<string>; labels: Set<string> }> {
    const text = await (await fetch(`${bot.app.url}/metrics`)).text();
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
    const names = types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    );
    const labels = [...text.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label);
    return { names: new Set([...names, 'up']), labels: new Set([...labels, 'job', 'instance']) };
  }

  it('ask only for what a running bot exposes, by labels that it has', async () => {
    const { names, labels } = await exposed();
    const exprs = [
      ...(await rules()).map(({ expr }) => expr),
      ...(await panels()).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ];
    expect(exprs.length).toBeGreaterThan(60);
    const asked = exprs.map(namesIn);
    expect([...new Set(asked.flatMap((one) => one.metrics))].filter((name) => !names.has(name))).toEqual([]);
    expect([...new Set(asked.flatMap((one) => one.labels))].filter((label) => !labels.has(label))).toEqual([]);
    expect(asked.filter(({ metrics }) => metrics.length === 0)).toEqual([]);
  });

  it('have rules that each say what is wrong, and how bad it is', async () => {
    const all = await rules();
    expect(new Set(all.map(({ alert }) => alert)).size).toBe(all.length);
    for (const { alert, labels, annotations } of all) {
      expect(alert).toMatch(/^Tallybot[A-Z]\w+$/);
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\.$/);
    }
  });

  it('have a dashboard whose panels lie beside each other and not upon each other', async () => {
    const all = await panels();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const cells = all.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}:${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(all.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});

const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring']);

/** The metrics that a query of PromQL names and the labels that it uses; enough for queries as simple as ours. */
function namesIn(expr: string): { metrics: string[]; labels: string[] } {
  const bare = expr.replaceAll(/"[^"]*"/g, '""').replaceAll(/\[[^\]]*\]/g, '');
  const matched = [...bare.matchAll(/\{([^}]*)\}/g)].flatMap(
    ([, inside = '']) => inside.match(/\w+(?=\s*[=!])/g) ?? [],
  );
  const grouped = [...bare.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(
    ([, inside = '']) => inside.match(/\w+/g) ?? [],
  );
  const words = bare
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, '')
    .match(/\b[a-z_]\w*\b(?!\s*\()/gi);
  return { metrics: (words ?? []).filter((word) => !OPERATORS.has(word)), labels: [...matched, ...grouped] };
}
