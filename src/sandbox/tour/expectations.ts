import type { Narrator } from './narrator.ts';

/** Something that the story cannot go on without was not as it should be; it is noted already. */
export class StoryStopped extends Error {
  override name = 'StoryStopped';
}

/** What the tour checks on its way. Everything that differs is kept. */
export interface Expectations {
  equal(what: string, got: number | string | boolean | null, expected: number | string | boolean | null): void;
  /** @param expected in words */
  holds(what: string, isSo: boolean, expected: string, got: string): void;
  /** As `holds`; throws StoryStopped when it is not so. */
  needs(what: string, isSo: boolean, expected: string, got: string): void;
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
    if (!isSo) return fail(what, expected, got);
    passed += 1;
    narrator.passes(what);
  }

  return {
    holds,
    fail,
    equal: (what, got, expected) => holds(what, got === expected, shown(expected), shown(got)),
    needs(what, isSo, expected, got) {
      holds(what, isSo, expected, got);
      if (!isSo) throw new StoryStopped(what);
    },
    get passed() {
      return passed;
    },
    differences,
  };
}

function shown(value: number | string | boolean | null): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : JSON.stringify(value);
}
