import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const TESTS = readdirSync(`${import.meta.dirname}/test`, { recursive: true, encoding: 'utf8' })
  .map((path) => `test/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts'));

/** Tests with nock, which replaces `http` and `fetch`, and those that look at the modules which are loaded. */
const APART = TESTS.filter((path) =>
  /from 'nock'|createRequire/.test(readFileSync(`${import.meta.dirname}/${path}`, 'utf8')),
);

export default defineConfig({
  test: {
    globalSetup: ['test/temporary-folder.mjs'],
    setupFiles: ['test/setup.mjs'],
    testTimeout: 20_000,
    pool: 'forks',
    // One for each core: by default there is one fewer, which leaves half of a small machine idle.
    maxWorkers: '100%',
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: 'apart', include: APART } },
      // Loading the program takes longer than most tests: these share the processes that have it.
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: APART, isolate: false },
      },
    ],
  },
});
