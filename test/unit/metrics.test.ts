import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { COUNTERS, HISTOGRAMS } from '../../src/core/metric-catalogue.ts';
import type { Metrics } from '../../src/core/metrics.ts';
import type { TopicDepth } from '../../src/core/store.ts';
import { createPrometheusMetrics, type PrometheusSources } from '../../src/ports/metrics/prometheus.ts';

const sources: PrometheusSources = {
  depths: async () => [{ topic: 'lapse', waiting: 3, oldestCreatedAt: 4_000, dead: 1 }],
  running: () => ({ asks: 2, heldTokens: 700 }),
  isDurable: async () => true,
  lastSweep: async () => ({ tokens: 5, accounts: 1, unsettled: 40, strangers: 2, finishedAt: 1_000 }),
  ready: async () => new Map([['store', true]]),
  now: () => 10_000,
};

const create = (changes: Partial<PrometheusSources> = {}) =>
  createPrometheusMetrics({ ...sources, ...changes }, ['model-a', 'model-b']);

interface Exposed {
  type: string;
  labels: string[];
}

/** The metrics of this program in Prometheus' text, with the labels that their series have. */
function exposedIn(text: string): Map<string, Exposed> {
  const types = new Map([...text.matchAll(/^# TYPE (tallybot_\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]));
  return new Map(
    [...types].map(([name = '', type = '']) => {
      const series = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(text)?.[1] ?? '';
      const labels = [...series.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
      return [name, { type, labels: labels.sort() }];
    }),
  );
}

describe('what is exposed', () => {
  it('has every counter and histogram of the catalogue, every known series of them at 0', async () => {
    const text = await create().render();
    const exposed = exposedIn(text);
    for (const name of Object.keys(COUNTERS)) expect(exposed.get(`tallybot_${name}_total`)?.type).toBe('counter');
    for (const name of Object.keys(HISTOGRAMS)) expect(exposed.get(`tallybot_${name}`)?.type).toBe('histogram');
    const counted = text.split('\n').filter((line) => /^tallybot_\w+_(total|count|bucket)(\{.*\})? /.test(line));
    expect(counted.filter((line) => !line.endsWith(' 0'))).toEqual([]);
    for (const series of [
      'tallybot_alerts_total',
      'tallybot_asks_settled_total{source="api",outcome="free"}',
      'tallybot_asks_refused_total{source="slack",reason="no_tokens"}',
      'tallybot_tokens_charged_total{source="discord",model="model-b"}',
      'tallybot_vendor_errors_total{vendor="openai",kind="too_long"}',
      'tallybot_answer_seconds_count{source="discord",model="model-a"}',
      'tallybot_webhook_lag_seconds_bucket{le="+Inf",event="dispute"}',
    ]) {
      expect(counted).toContain(`${series} 0`);
    }
  });

  it('adds up what is counted, series by series', async () => {
    const metrics = create();
    metrics.count('alerts');
    metrics.count('tokens_foreign', 30);
    metrics.countBy('tokens_charged', { source: 'discord', model: 'model-a' }, 20);
    metrics.countBy('tokens_charged', { source: 'discord', model: 'model-a' }, 5);
    metrics.countBy('tokens_charged', { source: 'api', model: 'a model of later' });
    metrics.observe('webhook_lag_seconds', { event: 'payment' }, 1.5);
    metrics.observe('webhook_lag_seconds', { event: 'payment' }, -3);
    const lines = (await metrics.render()).split('\n');
    for (const line of [
      'tallybot_alerts_total 1',
      'tallybot_tokens_foreign_total 30',
      'tallybot_tokens_charged_total{source="discord",model="model-a"} 25',
      'tallybot_tokens_charged_total{source="discord",model="model-b"} 0',
      'tallybot_tokens_charged_total{source="api",model="a model of later"} 1',
      'tallybot_webhook_lag_seconds_sum{event="payment"} 1.5',
      'tallybot_webhook_lag_seconds_bucket{le="0.25",event="payment"} 1',
      'tallybot_webhook_lag_seconds_bucket{le="2",event="payment"} 2',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('reads the gauges when they are asked for', async () => {
    const lines = (await create().render()).split('\n');
    for (const line of [
      'tallybot_asks_running 2',
      'tallybot_tokens_held 700',
      'tallybot_holds_open 3',
      'tallybot_rows_oldest_seconds{topic="lapse"} 6',
      'tallybot_rows_dead{topic="lapse"} 1',
      'tallybot_unsettled_tokens 40',
      'tallybot_drift_tokens 5',
      'tallybot_customers_unknown 2',
      'tallybot_sweep_age_seconds 9',
      'tallybot_ready{check="store"} 1',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('leaves out what the store does not tell, and has it again afterwards', async () => {
    let isDown = true;
    const depths = async (): Promise<TopicDepth[]> => {
      if (isDown) throw new Error('the store is away');
      return [];
    };
    const metrics = create({ depths });
    const without = await metrics.render();
    expect(without).toContain('tallybot_store_up 0');
    expect(without).not.toMatch(/^tallybot_(holds_open|rows_waiting)\b/m);
    isDown = false;
    expect(await metrics.render()).toMatch(/^tallybot_holds_open 0$/m);
  });
});

describe('what is counted', () => {
  it('is only what the catalogue has: anything else does not compile', () => {
    const wrong = (metrics: Metrics) => {
      // @ts-expect-error there is no such counter
      metrics.count('asks_lost');
      // @ts-expect-error a counter with labels needs them
      metrics.count('asks_settled');
      // @ts-expect-error a label is missing
      metrics.countBy('asks_settled', { source: 'discord' });
      // @ts-expect-error there is no such outcome
      metrics.countBy('asks_settled', { source: 'discord', outcome: 'lost' });
      // @ts-expect-error nobody is counted by name
      metrics.countBy('asks_abandoned', { source: 'discord', member: '1' });
      // @ts-expect-error a counter is not observed
      metrics.observe('asks_held', {}, 1);
    };
    expect(wrong).toBeTypeOf('function');
  });
});

describe('docs/metrics.md', () => {
  it('names each metric once, with its type and labels, and no other', async () => {
    const text = await readFile('docs/metrics.md', 'utf8');
    const rows = [...text.matchAll(/^\| `(tallybot_\w+)` \| (\w+) \| ([\w, ]*)\|/gm)];
    const told = rows.map(([, name = '', type, labels = '']) => [
      name,
      {
        type,
        labels: labels
          .split(',')
          .map((label) => label.trim())
          .filter((label) => label !== '')
          .sort(),
      },
    ]);
    expect(new Set(told.map(([name]) => name)).size).toBe(told.length);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(exposedIn(await create().render())));
  });

  it('names every reason, outcome and kind that a label can have', async () => {
    const text = await readFile('docs/metrics.md', 'utf8');
    const { asks_settled, asks_refused, vendor_errors, dodo_calls } = COUNTERS;
    const values = [
      ...asks_settled.labels.outcome,
      ...asks_refused.labels.reason,
      ...vendor_errors.labels.kind,
      ...dodo_calls.labels.share,
    ];
    expect(values.filter((value) => !text.includes(`\`${value}\``))).toEqual([]);
  });
});
