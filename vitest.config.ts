import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests start real Python servers; more than one file a core only makes them wait for one another.
    maxWorkers: 2,
    // Tests read what programs print; with CI set, picocolors would colour it.
    env: { NO_COLOR: '1' },
  },
});
