import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const TESTS = readdirSync(`${import.meta.dirname}/test`, { recursive: true, encoding: 'utf8' })
  .map((path) => `test/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts'));

/** Tests with nock, which replaces `http` and `fetch`, and those that look at the modules which are loaded. */
const APART = TESTS.filter((path) =>
  /from 'nock'|createRequire/.test(readFileSync(`${import.meta.dirname}/${path}`, 'utf8')),
);

const BUNDLE = 'test/bundle/**/*.test.ts';

export default defineConfig({
  test: {
    globalSetup: ['test/temporary-folder.mjs'],
    // Nothing that works takes as long, on however busy a machine: it is there for what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One for each core: by default there is one fewer, which leaves half of a small machine idle.
    maxWorkers: '100%',
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: 'apart', include: APART } },
      // Loading the program takes longer than most tests: these share the processes that have it.
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...APART, BUNDLE],
          isolate: false,
        },
      },
      // What users get: built first, unless that has been done since the sources were changed.
      {
        extends: true,
        test: {
          name: 'bundle',
          include: [BUNDLE],
          globalSetup: ['test/bundle/build.mjs'],
          isolate: false,
        },
      },
    ],
  },
});
