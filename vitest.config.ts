import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    pool: 'forks',
    // Most tests wait rather than compute: a core need not be kept free for Vitest itself.
    maxWorkers: '100%',
    // Patience costs nothing until something is wrong, and a loaded machine is slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
