import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../program.js';
import { AccountOverTime } from './account-over-time.js';
import { playOnGithub } from './github-runner.js';
import { playOnGitlab } from './gitlab-runner.js';

const STATE = 'deepgram-export-state';

it.each([
  { title: 'GitHub Actions', file: 'config/ci/github-actions.yml', play: playOnGithub },
  { title: 'GitLab CI', file: 'config/ci/gitlab-ci.yml', play: playOnGitlab },
])(
  '$title: after an older cache no log is missing, and doubles are among those that were said to be in doubt',
  async ({ file, play }) => {
    const world = await AccountOverTime.open(await readFile(join(ROOT, file), 'utf8'), play);
    for (let run = 0; run < 3; run++) await world.quarter();
    world.cache.lose(STATE);
    world.cache.lose(STATE);

    const ended = [await world.quarter(), await world.quarter()];

    world.deepgram.clock.advance(60 * 60_000);
    const last = await world.quarter({ byHand: true });
    const settled = Object.entries(last.artifacts)
      .filter(([path]) => path.includes('requests/'))
      .flatMap(([, text]) => text.split('\n').filter(Boolean))
      .map((line) => JSON.parse(line))
      .filter((record) => record.settled)
      .map((record) => record.request_id);
    const logs = world.logs();
    const doubles = [...logs.values()].filter((count) => count > 1);
    expect(new Set(logs.keys())).toEqual(new Set(settled));
    expect(doubles.length).toBeGreaterThan(0); // what the two runs sent that nobody remembers
    expect(doubles.every((count) => count === 2)).toBe(true);
    expect(doubles.length).toBeLessThanOrEqual(inDoubt(ended[0]?.said ?? ''));
    expect(inDoubt(ended[1]?.said ?? '')).toBe(0);
  },
  300_000,
);

/** How many records the summary of a run says may be at Datadog twice. */
function inDoubt(said: string): number {
  const [, count = '0'] = /logs: ([\d,]+) records? .*may be there twice/.exec(said) ?? [];
  return Number(count.replaceAll(',', ''));
}
