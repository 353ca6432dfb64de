import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPENAI_COVERAGE } from '../../../src/sandbox/openai/coverage.ts';
import { OPENAI_ROUTES } from '../../../src/sandbox/openai/routes.ts';

describe('the coverage list', () => {
  it('names every route, and no other', () => {
    const routes = OPENAI_ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(OPENAI_COVERAGE).toSorted()).toEqual(routes.toSorted());
  });

  it('names tests that exist', () => {
    for (const { file, test } of Object.values(OPENAI_COVERAGE).flat()) {
      expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toContain(`it('${test}'`);
    }
  });
});
