import type { Narrator } from './narrator.ts';

/** What the tour checks on its way. Everything that differs is kept. */
export interface Expectations {
  equal(what: string, got: number | string | boolean | null, expected: number | string | boolean | null): void;
  /** @param expected in words */
  holds(what: string, isSo: boolean, expected: string, got: string): void;
  /** Notes what went wrong otherwise. */
  fail(what: string, expected: string, got: string): void;
  readonly passed: number;
  readonly differences: readonly string[];
}

export function createExpectations(narrator: Pick<Narrator, 'passes' | 'fails'>): Expectations {
  const differences: string[] = [];
  let passed = 0;

  function fail(what: string, expected: string, got: string): void {
    differences.push(`${what}: expected ${expected}, got ${got}`);
    narrator.fails(what, expected, got);
  }

  function holds(what: string, isSo: boolean, expected: string, got: string): void {
    if (isSo) {
      passed += 1;
      narrator.passes(what);
    } else fail(what, expected, got);
  }

  return {
    holds,
    fail,
    equal: (what, got, expected) => holds(what, got === expected, shown(expected), shown(got)),
    get passed() {
      return passed;
    },
    differences,
  };
}

function shown(value: number | string | boolean | null): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : JSON.stringify(value);
}
