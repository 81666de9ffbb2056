import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startStandIn } from '../../connectors/stand-ins/deepgram/stand-in.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, intake, jobText, KEY, TABLEAU } from './world.js';

const YESTERDAY = '2026-11-19';
const FILE = `out/ndjson/requests/project_id=p-1/date=${YESTERDAY}/part.ndjson`;
const MINUTE = 60_000;

/** An account whose days have as many requests as `account.count` says at the time. */
async function open(sinks: readonly string[] = [ARCHIVE, TABLEAU]) {
  const account = { count: 20 };
  const standIn = await startStandIn({
    now: NOW,
    projects: [{ id: 'p-1', name: 'Support line' }],
    requestsPerDay: (_project, day) => (day === YESTERDAY ? account.count : 20),
    apiKey: KEY,
  });
  onTestFinished(() => standIn.close());
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: async () => {} };
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, clock });
  await terminal.write('job.yaml', jobText(standIn.url, sinks));
  const sync = async (minutes: number, ...options: readonly string[]) => {
    standIn.clock.advance(NOW + minutes * MINUTE - clock.nowMs);
    clock.nowMs = NOW + minutes * MINUTE;
    const run = terminal.again();
    const argv = ['-c', 'job.yaml', '--stream', 'requests', '--summary', 'summary.json'];
    const code = await run.run('sync', ...argv, ...options);
    const summary = JSON.parse(await readFile(join(terminal.cwd, 'summary.json'), 'utf8'));
    return { code, text: run.stdout + run.stderr, keptBack: summary.source.kept_back };
  };
  const rows = async (file = FILE) =>
    (await readFile(join(terminal.cwd, file), 'utf8')).split('\n').filter((line) => line !== '').length;
  const asked = () => standIn.calls.filter(({ path }) => path.endsWith('/requests')).length;
  return { account, terminal, sync, rows, asked };
}

describe('a day of which the source suddenly gives nothing', () => {
  it('is read once more, kept back and said, and everything stays as it was', async () => {
    const { account, sync, rows, terminal } = await open();
    await sync(0);
    const before = await terminal.files('out');
    account.count = 0;

    const { code, text, keptBack } = await sync(15);

    expect(code).toBe(3);
    expect(keptBack).toMatchObject([
      {
        stream: 'requests',
        project: 'p-1',
        date: YESTERDAY,
        why: 'nothing',
        delivered: { records: 20 },
        read: { records: 0 },
      },
    ]);
    expect(text).toContain(
      `requests of Support line, ${YESTERDAY}, is kept back: 20 records delivered, and Deepgram now gives none.`,
    );
    expect(text).toContain(`--accept-less requests:${YESTERDAY}`);
    expect(text).not.toContain('Everything was delivered');
    expect(await rows()).toBe(20);
    expect(await terminal.files('out')).toEqual(before);
  });

  it('is read again an hour later, told of once a day, and never believed', async () => {
    const { account, sync, rows, asked } = await open();
    await sync(0);
    account.count = 0;
    const first = await sync(15);
    const before = asked();
    const soon = await sync(30);
    const askedSoon = asked() - before;

    const later = await sync(90);
    const tomorrow = await sync(24 * 60 + 15);

    expect([first.code, soon.code, later.code, tomorrow.code]).toEqual([3, 0, 3, 3]);
    expect(askedSoon).toBe(1); // today
    expect(soon.text).toContain('Delivered, but 1 day is kept back still.');
    expect(soon.text).not.toContain('Everything was delivered');
    expect(later.text).not.toContain(`${YESTERDAY}, is kept back`);
    expect(later.text).toContain('1 day is kept back still, as said earlier today');
    expect(tomorrow.text).toContain(`${YESTERDAY}, is kept back`);
    expect(await rows()).toBe(20);
  });

  it('is believed where that is asked for, of that day alone', async () => {
    const { account, sync, rows } = await open();
    await sync(0);
    account.count = 0;
    await sync(15);

    const other = await sync(90, '--accept-less', 'requests:2026-11-18');
    const { code } = await sync(180, '--accept-less', `requests:${YESTERDAY}`);
    const next = await sync(195);

    expect([other.code, code, next.code]).toEqual([3, 0, 0]);
    expect(
      other.text.match(/--accept-less requests:2026-11-18 has no effect: .* --since and --until/g),
    ).toHaveLength(1);
    expect(await rows()).toBe(0);
  });

  it('is believed at once where that is asked for, also within the hour in which it is not read again', async () => {
    const { account, sync, rows } = await open();
    await sync(0);
    account.count = 0;
    await sync(15);

    const { code, text } = await sync(20, '--accept-less', `requests:${YESTERDAY}`);

    expect(code).toBe(0);
    expect(text).toContain('Everything was delivered.');
    expect(text).not.toContain('has no effect');
    expect(await rows()).toBe(0);
  });

  it('is delivered as ever when it is whole again', async () => {
    const { account, sync, rows } = await open();
    await sync(0);
    account.count = 0;
    await sync(15);
    account.count = 22;

    const { code, keptBack } = await sync(80);

    expect([code, keptBack]).toEqual([0, []]);
    expect(await rows()).toBe(22);
  });

  it('stays too where everything is asked for, and where the day is closed', async () => {
    const { account, sync, rows } = await open();
    await sync(0);
    await sync(4 * 24 * 60);
    account.count = 0;

    const { code } = await sync(4 * 24 * 60 + 15, '--full-refresh', '--since', YESTERDAY);

    expect(code).toBe(3);
    expect(await rows()).toBe(20);
  });

  it('stays too where only Datadog has it', async () => {
    const { url } = await intake('dd-key');
    const datadog = `datadog: { type: datadog-metrics, api_key: dd-key, api_url: ${url}, historical: true }`;
    const { account, sync } = await open([datadog]);
    await sync(0);
    account.count = 0;

    const { code, keptBack } = await sync(15);

    expect(code).toBe(3);
    expect(keptBack).toHaveLength(1);
  });
});

describe('a day of which the source gives fewer records', () => {
  it('is believed when a reading an hour or more later gives the same', async () => {
    const { account, sync, rows } = await open();
    await sync(0);
    account.count = 15;

    const first = await sync(15);
    const soon = await sync(60);
    const kept = await rows();
    const later = await sync(75);

    expect([first.code, soon.code, later.code]).toEqual([3, 0, 0]);
    expect(first.text).toContain('20 records delivered, and Deepgram now gives 15.');
    expect([kept, await rows()]).toEqual([20, 15]);
  });

  it('is not, when it gives others again', async () => {
    const { account, sync, rows } = await open();
    await sync(0);
    account.count = 15;
    await sync(15);
    account.count = 12;

    const other = await sync(75);
    const same = await sync(135);

    expect([other.code, same.code]).toEqual([3, 0]);
    expect(await rows()).toBe(12);
  });
});

it.each([
  ['requests', 'it must be STREAM:DAY'],
  ['requests:yesterday', 'it must be STREAM:DAY'],
  ['requests:2026-11-19:p-1', 'it must be STREAM:DAY'],
  ['request:2026-11-19', 'there is no stream request in this job (did you mean "requests"?)'],
])('--accept-less %s is refused: %s', async (given, words) => {
  const { sync } = await open();

  const { code, text } = await sync(0, '--accept-less', given);

  expect(code).toBe(2);
  expect(text).toContain(words);
});
