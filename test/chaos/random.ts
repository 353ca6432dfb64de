/** Numbers that follow from a seed: the same plan of faults for the same seed. */
export interface Random {
  /** A whole number from 0 up to `below`, which is not reached. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32, https://github.com/cprosche/mulberry32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick(items) {
      const picked = items[below(items.length)];
      if (picked === undefined) throw new Error('expected something to pick from');
      return picked;
    },
  };
}

/** Numbers of the environment that must be whole and above zero; anything else counts as not given. */
function given(name: string): number | null {
  const value = Number(process.env[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** `CHAOS_SEED` gives another plan of faults than that of an ordinary test run; it is printed, to repeat it. */
export function chaosSeed(): number {
  const seed = given('CHAOS_SEED') ?? 4;
  process.stderr.write(`CHAOS_SEED=${seed}\n`);
  return seed;
}

/** `CHAOS_ROUNDS` runs more rounds than an ordinary test run has time for. */
export function chaosRounds(usual: number): number {
  return given('CHAOS_ROUNDS') ?? usual;
}
