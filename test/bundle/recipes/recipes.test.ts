import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../program.js';
import { AccountOverTime } from './account-over-time.js';
import { playOnGithub } from './github-runner.js';
import { playOnGitlab } from './gitlab-runner.js';
import { playOnKubernetes } from './kubernetes-runner.js';
import { BUILT } from './throw-away-machine.js';

/** `kept`: how often it keeps the state in these runs; one that is cancelled may keep none, a volume is always one. */
const RECIPES = [
  {
    title: 'GitHub Actions',
    file: 'config/ci/github-actions.yml',
    play: playOnGithub,
    builds: true,
    kept: 7,
  },
  { title: 'GitLab CI', file: 'config/ci/gitlab-ci.yml', play: playOnGitlab, builds: true, kept: 6 },
  { title: 'Kubernetes', file: 'config/ci/kubernetes.yaml', play: playOnKubernetes, builds: false, kept: 7 },
];
const STATE = 'deepgram-export-state';

describe.each(RECIPES)('the recipe for $title', ({ title, file, play, builds, kept }) => {
  it.runIf(builds)('is shown by the README as it is', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

    const [, shown] = readme.slice(readme.indexOf(`**${title}**`)).split(/^```(?:yaml)?\n/m);

    expect(shown).toBe(await readFile(join(ROOT, file), 'utf8'));
  });

  it('sends each log once and keeps the files whole, through runs that fail and one that is cancelled', async () => {
    const world = await AccountOverTime.open(await readFile(join(ROOT, file), 'utf8'), play);

    const ended = [
      await world.quarter(),
      await world.quarterWithoutScope(),
      await world.quarter(),
      await world.quarterWithoutDatadog(),
      await world.quarterCancelled(),
      await world.quarter(),
    ];
    world.deepgram.clock.advance(60 * 60_000);
    const inTheLog = world.deepgram.requestsOn('p-1', '2026-11-20');
    const last = await world.quarter({ byHand: true });

    expect([...ended, last].map(({ code }) => code)).toEqual([0, 3, 0, 4, 130, 0, 0]);
    const records = recordsIn(last.artifacts);
    const settled = records.filter((record) => record.settled).map((record) => record.request_id);
    expect(records).toHaveLength(inTheLog);
    expect(settled.length).toBeGreaterThan(100);
    expect(world.logs()).toEqual(new Map(settled.map((id) => [id, 1])));
    expect([...ended, last].map(({ said }) => said.includes(BUILT))).toEqual([
      builds, // the program
      ...Array(6).fill(false), // and then taken out of the cache
    ]);
    expect(world.cache.keys(STATE)).toHaveLength(kept);
  }, 300_000);
});

function recordsIn(
  files: Readonly<Record<string, string>>,
): readonly { request_id: string; settled: boolean }[] {
  return Object.entries(files)
    .filter(([path]) => path.includes('requests/') && path.endsWith('.ndjson'))
    .flatMap(([, text]) => text.split('\n').filter(Boolean))
    .map((line) => JSON.parse(line));
}
