import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

const WEEK = [
  'sync',
  '-c',
  'job.yaml',
  '--stream',
  'requests',
  '--since',
  '2026-11-14',
  '--summary',
  's.json',
];
const JOB_SOURCE = 'max_concurrency: 1';

describe.each([130, 143])('a run that is interrupted with %i', (signalCode) => {
  it('keeps what was committed, leaves nothing half-written and says so', async () => {
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    const { url } = await accountThat(() => terminal.interrupt(signalCode));
    await terminal.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU], JOB_SOURCE));

    const code = await terminal.run(...WEEK);

    const files = await terminal.files();
    const days = Object.keys(files).filter((path) => path.startsWith('out/ndjson/'));
    expect(code).toBe(signalCode);
    // November 16 may still have been on its way to the sinks when November 17 was asked for.
    expect(days).toContain('out/ndjson/requests/project_id=p-1/date=2026-11-15/part.ndjson');
    expect(days).not.toContain('out/ndjson/requests/project_id=p-1/date=2026-11-17/part.ndjson');
    expect(Object.keys(files).filter((path) => path.endsWith('.tmp'))).toEqual([]);
    expect(files['out/tableau/requests.csv']).toContain('2026-11-15');
    expect(JSON.parse(files['s.json'] ?? '')).toMatchObject({
      outcome: 'interrupted',
      exit_code: signalCode,
    });
    expect(terminal.stdout).toContain('Interrupted: what was committed stays');
  });

  it('is made whole by the next run', async () => {
    const { url: quietUrl } = await account();
    const undisturbed = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await undisturbed.write('job.yaml', jobText(quietUrl, [ARCHIVE, TABLEAU], JOB_SOURCE));
    const interrupted = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    const { url } = await accountThat(() => interrupted.interrupt(signalCode));
    await interrupted.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU], JOB_SOURCE));

    await undisturbed.run(...WEEK);
    await interrupted.run(...WEEK);
    const partly = Object.keys(await interrupted.files('out'));
    await interrupted.again().run(...WEEK);

    const whole = await undisturbed.files('out');
    expect(partly.length).toBeLessThan(Object.keys(whole).length);
    expect(await interrupted.files('out')).toEqual(whole);
  });
});

it.each(['plan', 'check'])('%s ends with the code of the signal as well', async (command) => {
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const { url } = await account();
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));
  terminal.interrupt(143);

  const code = await terminal.run(command, '-c', 'job.yaml');

  expect(code).toBe(143);
  expect(terminal.stderr).toContain('Interrupted by a signal.');
});

/** An account whose owner loses patience, once, while November 17 is being read. */
async function accountThat(interrupts: () => void) {
  let isPatient = true;
  const standIn = await account({
    requestsPerDay: () => {
      const call = standIn.calls.at(-1);
      if (isPatient && call?.path.endsWith('/requests') && call.query.get('end')?.startsWith('2026-11-18')) {
        isPatient = false;
        interrupts();
      }
      return 5;
    },
  });
  return standIn;
}
