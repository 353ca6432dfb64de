import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Coverage, methodCoverage, routeCoverage } from '../../../src/sandbox/slack/coverage.ts';
import { botMethods } from '../../../src/sandbox/slack/methods/registry.ts';
import { createSlackSimulator } from '../../../src/sandbox/slack/simulator.ts';

const TOKENLESS_OR_APP = ['apps.connections.open', 'oauth.v2.access'];
const names = (coverage: Coverage[]) => coverage.map((entry) => entry.name).sort();
const source = (test: string) => readFileSync(new URL(`./${test}.test.ts`, import.meta.url), 'utf8');

describe('the coverage list', () => {
  it('has every Web API method of the simulator, and no other', () => {
    expect(names(methodCoverage)).toEqual([...Object.keys(botMethods), ...TOKENLESS_OR_APP].sort());
  });

  it('has every route of the simulator, and no other', async () => {
    const slack = await createSlackSimulator();
    await slack.close();
    expect(names(routeCoverage)).toEqual([...slack.routes].sort());
  });

  it.each(methodCoverage)('names tests that call $name', ({ name, tests }) => {
    const [, method = ''] = /\.(\w+)$/.exec(name) ?? [];
    expect(tests.length).toBeGreaterThan(0);
    for (const test of tests) expect(source(test), test).toMatch(new RegExp(`\\b${method}\\b`));
  });

  it.each(routeCoverage)('names tests that reach $name', ({ name, tests }) => {
    const fixed = name.split('/:')[0] ?? name;
    const reached = tests.some((test) => source(test).includes(fixed));
    expect([tests.length > 0, reached]).toEqual([true, true]);
  });
});
