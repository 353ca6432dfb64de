import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROUTE_COVERAGE } from '../../../src/sandbox/dodo/coverage.ts';
import { createBench } from './harness.ts';

describe('the coverage list', () => {
  it('names every operation the simulator serves, and no other', async () => {
    const { sim, close } = await createBench();
    await close();
    expect(Object.keys(ROUTE_COVERAGE).toSorted()).toEqual(sim.routes.map((r) => `${r.method} ${r.path}`).toSorted());
  });

  it('names only test files that exist', () => {
    const files = new Set(Object.values(ROUTE_COVERAGE).flat());
    expect([...files].filter((name) => !existsSync(new URL(`${name}.test.ts`, import.meta.url)))).toEqual([]);
  });
});
