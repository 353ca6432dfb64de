import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DISCORD_COVERAGE } from '../../../src/sandbox/discord/coverage.ts';
import { FILE_ROUTE } from '../../../src/sandbox/discord/rest/app.ts';
import { DISCORD_ROUTES } from '../../../src/sandbox/discord/rest/routes.ts';

describe('the coverage list', () => {
  it('names every route, and no other', () => {
    const routes = [...DISCORD_ROUTES.map(({ method, path }) => `${method} ${path}`), `get ${FILE_ROUTE}`];
    expect(Object.keys(DISCORD_COVERAGE).toSorted()).toEqual(routes.toSorted());
  });

  it('names tests that exist', () => {
    for (const { file, test } of Object.values(DISCORD_COVERAGE).flat()) {
      expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toContain(`it('${test}'`);
    }
  });
});
