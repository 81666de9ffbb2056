import { expect, it } from 'vitest';
import { AccountOverTime } from './account-over-time.js';
import { playOnGithub } from './github-runner.js';

/** A workflow with the action, which is given this, and a step that looks at what it has put out. */
const workflow = (given: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  JSON.stringify({
    jobs: {
      export: {
        steps: [
          { uses: 'actions/checkout@v7' },
          {
            uses: 'OWNER/deepgram-export@COMMIT',
            id: 'export',
            with: given,
            env: {
              DEEPGRAM_API_KEY: '${{ secrets.DEEPGRAM_API_KEY }}',
              DD_API_KEY: '${{ secrets.DD_API_KEY }}',
              ...env,
            },
          },
          {
            if: 'always()',
            run: 'ls -A; grep -c exit_code "$SUMMARY" || true',
            env: { SUMMARY: '${{ steps.export.outputs.summary }}' },
          },
        ],
      },
    },
  });

it('puts out what came of a run, and where its summary and its page are', async () => {
  const world = await AccountOverTime.open(workflow({ report: 'deepgram-export.yaml' }), playOnGithub);

  const ended = [
    await world.quarter(),
    await world.quarterWithoutScope(),
    await world.quarterWithoutDatadog(),
  ];

  expect(ended.map(({ outputs }) => outputs)).toEqual(
    [
      ['delivered', '0'],
      ['source-incomplete', '3'],
      ['sinks-failed', '4'],
    ].map(([outcome, code]) => ({
      outcome,
      'exit-code': code,
      summary: expect.stringMatching(/_temp\/deepgram-export-summary\.json$/),
      report: 'deepgram-export.yaml',
    })),
  );
  expect(ended.map(({ said }) => said.endsWith('\n1\n'))).toEqual([true, true, true]);
}, 300_000);

it('takes more options a word a line, and nothing of what it is given for a command', async () => {
  const hostile = '$(touch taken) `touch taken`; touch taken';
  const ends = [];
  for (const given of [
    { options: '--sink\narchive\n\n--dry-run\n' },
    { options: `--sink\n${hostile}` },
    { config: hostile },
    { options: '--no-such-option' },
    { report: `${hostile}\noutcome=delivered` },
    { 'time-limit': '1s; touch taken' },
  ]) {
    const world = await AccountOverTime.open(workflow(given), playOnGithub);
    ends.push(await world.quarter());
  }

  expect(ends.map(({ outputs }) => outputs?.['exit-code'])).toEqual(['0', '2', '2', '2', '0', '2']);
  expect(ends.map(({ outputs }) => outputs?.report)).toEqual(['', '', '', '', '', '']);
  expect(ends[0]?.said).toMatch(/dry run/i);
  for (const { said } of ends) expect(said).not.toMatch(/^taken$/m);
}, 300_000);

it('puts out how a run ended that was cancelled, or killed before it could say anything', async () => {
  const world = await AccountOverTime.open(workflow({}), playOnGithub);
  const kill = '--import=data:text/javascript,process.kill(process.pid,9)';
  const other = await AccountOverTime.open(workflow({}, { NODE_OPTIONS: kill }), playOnGithub);

  const ended = [await world.quarterCancelled(), await other.quarter()];

  expect(ended).toMatchObject([
    { code: 130, outputs: { outcome: 'interrupted', 'exit-code': '130' } },
    { code: 137, outputs: { outcome: '', 'exit-code': '137', summary: '' } },
  ]);
}, 300_000);

it('keeps the program in the cache, and nothing that a run has delivered', async () => {
  const world = await AccountOverTime.open(workflow({}), playOnGithub);

  const { code } = await world.quarter();

  expect(code).toBe(0);
  expect(world.cache.keys('deepgram-export-state')).toEqual([]);
  expect(world.cache.keys('deepgram-export-program')).toHaveLength(1);
}, 300_000);
