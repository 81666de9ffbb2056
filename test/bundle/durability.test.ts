import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHIVE, jobText } from '../cli/world.js';
import { DAYS, organization, world } from './account.js';
import { canTrace, type SystemCall, trace } from './system-calls.js';

if (!canTrace) process.stdout.write('Skipped: what is synced to the disk; strace is not there.\n');

/** What a run into an archive and a Datadog asks of the system, of one day in three batches. */
async function traced(): Promise<readonly SystemCall[]> {
  const datadog = await organization();
  const logs = `logs: { type: datadog-logs, api_key: "\${DD_API_KEY}", api_url: "${datadog.url}", late: send }`;
  const { program, deepgram } = await world([ARCHIVE, logs], {
    requestsPerDay: (_project, day) => (day === DAYS[0] ? 2_500 : 0),
  });
  await program.write('job.yaml', jobText(deepgram.url, [ARCHIVE, logs]));
  const { ended, calls } = await trace(
    program,
    `sync -c job.yaml --since ${DAYS[0]} --until ${DAYS[0]} --stream requests`,
  );
  expect(ended.code, ended.stderr).toBe(0);
  expect(datadog.logs.length).toBeGreaterThan(1_000);
  return calls;
}

describe.runIf(canTrace)('what a power cut must not take is on the disk in time', () => {
  it('a file before it gets its name, and its name in the folder afterwards', async () => {
    const calls = await traced();

    const syncs = calls.filter(({ name }) => name === 'fsync');
    const renames = calls
      .filter(({ name }) => name.startsWith('rename'))
      .map(namesOf)
      // What is counted can be counted again, and is not waited for.
      .filter(({ to }) => !to.includes('/.counts/'));
    const early = renames.filter(
      ({ from, startedAt }) => !syncs.some((sync) => pathOf(sync) === from && sync.endedAt < startedAt),
    );
    const unnamed = renames.filter(
      ({ to, endedAt }) => !syncs.some((sync) => pathOf(sync) === dirname(to) && sync.startedAt > endedAt),
    );
    const renamed = renames.map(({ to }) => to).join('\n');
    expect(renamed).toMatch(/date=.*\/part\.ndjson$/m);
    expect(renamed).toMatch(/state\.json$/m);
    expect(early).toEqual([]);
    expect(unnamed).toEqual([]);
  });

  it('the name of a folder before that of a file in it', async () => {
    const calls = await traced();

    const syncs = calls.filter(({ name }) => name === 'fsync');
    const made = calls
      .filter(({ name, args }) => name.startsWith('mkdir') && args.includes('/ndjson/requests'))
      .map((call) => ({ ...call, path: /"(.*?)"/.exec(call.args)?.[1] ?? '' }));
    const unnamed = made.filter(
      ({ path, endedAt }) =>
        !syncs.some(
          (sync) =>
            pathOf(sync) === dirname(path) &&
            sync.startedAt > endedAt &&
            calls.every(
              (call) =>
                !call.name.startsWith('rename') ||
                !namesOf(call).to.startsWith(`${path}/`) ||
                call.startedAt > sync.endedAt,
            ),
        ),
    );
    expect(made.map(({ path }) => path)).toContainEqual(expect.stringMatching(/date=[^/]*$/));
    expect(unnamed).toEqual([]);
  });

  it('the intent to send a batch before the batch leaves', async () => {
    const calls = await traced();

    const sent = calls.filter(({ args }) => args.includes('POST /api/v2/logs'));
    const intents = calls.filter(({ args }) => args.includes('{\\"intent\\":'));
    const unsure = sent.filter(({ startedAt }) => {
      const intent = intents.findLast(({ endedAt }) => endedAt < startedAt);
      const synced = calls.filter(
        (call) => call.name === 'fdatasync' && intent !== undefined && pathOf(call) === pathOf(intent),
      );
      return !synced.some((sync) => sync.startedAt > (intent?.endedAt ?? 0) && sync.endedAt < startedAt);
    });
    expect(sent.length).toBeGreaterThanOrEqual(3);
    expect(intents.length).toBeGreaterThanOrEqual(3);
    expect(unsure).toEqual([]);
  });
});

/** The path of the file that a call is about, as in `17</a/file>`. */
function pathOf({ args }: SystemCall): string | undefined {
  return /^\d+<(.*?)>/.exec(args)?.[1];
}

function namesOf({ args, startedAt, endedAt }: SystemCall) {
  const [from = '', to = ''] = [...args.matchAll(/"(.*?)"/g)].map(([, path]) => path);
  return { from, to, startedAt, endedAt };
}
