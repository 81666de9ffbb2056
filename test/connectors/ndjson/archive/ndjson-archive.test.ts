import { mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { selectStreams } from '../../../../connectors/deepgram/streams/select-streams.js';
import { ndjsonArchive } from '../../../../connectors/ndjson/archive/ndjson-archive.js';
import { ndjsonSink } from '../../../../connectors/ndjson/ndjson-sink.js';
import { startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { tableauSettings } from '../../../../connectors/tableau/tableau-settings.js';
import { tableauSink } from '../../../../connectors/tableau/tableau-sink.js';
import { folderContents } from '../../../../connectors/testing/folder-contents.js';
import { memorySink } from '../../../../connectors/testing/memory-sink.js';
import { requestRow, STREAMS, usageRow } from '../../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../../connectors/testing/sink-context.js';
import type { Sink } from '../../../../src/catalogue/sink.js';
import type { Source } from '../../../../src/catalogue/source.js';
import { windowOnly } from '../../../../src/checkpoints/checkpoints.js';
import { run } from '../../../../src/deliver/run.js';
import { SinkLane } from '../../../../src/deliver/sink-lane.js';
import { pathSegment } from '../../../../src/files/path-segment.js';
import { type Log, silentLog } from '../../../../src/log/log.js';
import type { Row } from '../../../../src/streams/field.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { verdictOf } from '../../../../src/summary/exit-code.js';
import { NOTHING_FOUND } from '../../../deliver/nothing-found.js';
import { hurriedClock, openSource } from '../../deepgram/read-account.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const PROJECT = '7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11';
const EVERYTHING = {
  requests: {},
  usage: { group_by: ['endpoint', 'method', 'models', 'tags', 'accessor'] },
  billing: { group_by: ['line_item', 'accessor', ['line_item', 'tags']] },
  balances: {},
  purchases: {},
  projects: {},
  api_keys: { include_emails: true },
  members: {},
  models: {},
} as const;

let cwd: string;
let archive: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'replay-'));
  archive = join(cwd, 'archive');
});
afterEach(() => rm(cwd, { recursive: true }));

function requestsFile(day: string, suffix = '.ndjson', project = PROJECT): string {
  return join(archive, `requests/project_id=${project}/date=${day}/part${suffix}`);
}

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function lines(...records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

function deliver(source: Source, sinks: readonly Sink[], streams: readonly Stream[], log = silentLog) {
  return run({
    source,
    lanes: sinks.map(
      (sink) => new SinkLane({ sink, type: sink.name, required: true, deadlineMs: 60_000, log: silentLog }),
    ),
    streams,
    window: { since: '2026-11-18', until: '2026-11-20', now: NOW },
    checkpoints: windowOnly,
    clock: hurriedClock(NOW),
    log,
    signal: new AbortController().signal,
  });
}

interface Replay {
  readonly projects?: readonly string[];
  readonly path?: string;
  readonly streams?: readonly Stream[];
  readonly since?: string;
  readonly until?: string;
  readonly log?: Log;
}

/** Replays the archive into memory. */
async function replay({ path = archive, streams = STREAMS, log = silentLog, ...days }: Replay = {}) {
  const sink = memorySink();
  const source = ndjsonArchive({ path, streams, log, ...days });
  const result = await deliver(source, [sink], streams, log);
  return {
    result,
    partitions: [...sink.committed.keys()].sort(),
    rows: (stream: string): readonly Row[] => sink.rows(stream),
    exitCode: verdictOf(result, undefined).exitCode,
  };
}

describe('what was synced can be replayed to the byte', () => {
  it.each(['none', 'gzip'] as const)('from an archive with compression %s', async (compression) => {
    const projects = [
      { id: PROJECT, name: 'Support line' },
      { id: 'p-2', name: 'Ünïcödé, "quoted"' },
    ];
    const account = await startStandIn({ now: NOW, requestsPerDay: 40, projects });
    onTestFinished(() => account.close());
    const days = { since: '2026-11-18', until: '2026-11-20' };
    const live = await openSource({ url: account.url, streams: EVERYTHING, now: NOW, ...days });
    const streams = selectStreams(EVERYTHING);
    const context = sinkContext(cwd, { streams });
    const sinksIn = (folder: string) => [
      ndjsonSink({ path: `${folder}/ndjson`, compression }, { ...context, name: 'archive' }),
      tableauSink(tableauSettings.parse({ path: `${folder}/tableau` }), { ...context, name: 'tableau' }),
    ];
    await deliver(live.source, sinksIn('first'), streams);
    await live.source.close();

    const source = ndjsonArchive({ path: join(cwd, 'first/ndjson'), streams, log: silentLog });
    const result = await deliver(source, sinksIn('second'), streams);

    const first = await folderContents(join(cwd, 'first'));
    expect(Object.keys(first).length).toBeGreaterThan(50);
    expect(first['tableau/requests.csv']?.split('\n').length).toBeGreaterThan(50);
    expect(await folderContents(join(cwd, 'second'))).toEqual(first);
    expect(result.findings).toEqual(NOTHING_FOUND);
    expect(verdictOf(result, undefined).exitCode).toBe(0);
  });
});

describe('what is replayed', () => {
  it('gives a partition a file, in the order of the file, from plain and compressed ones', async () => {
    const second = requestRow(2, '2026-11-18');
    await put(requestsFile('2026-11-18'), lines(second, requestRow(1, '2026-11-18')));
    await put(requestsFile('2026-11-19', '.ndjson.gz'), gzipSync(lines(requestRow(3, '2026-11-19'))));

    const { rows, partitions } = await replay();

    expect(partitions).toEqual([`requests/${PROJECT}/2026-11-18`, `requests/${PROJECT}/2026-11-19`]);
    expect(rows('requests').slice(0, 1)).toEqual([second]);
    expect(rows('requests').map((row) => String(row.request_id).slice(-1))).toEqual(['2', '1', '3']);
  });

  it('a day that is empty stays one that was read, and a missing one is none', async () => {
    await put(requestsFile('2026-11-18'), '');
    await put(requestsFile('2026-11-20', '.ndjson.gz'), gzipSync(''));

    const { partitions, exitCode } = await replay();

    expect(partitions).toEqual([`requests/${PROJECT}/2026-11-18`, `requests/${PROJECT}/2026-11-20`]);
    expect(exitCode).toBe(0);
  });

  it('only the days from since through until', async () => {
    for (const day of ['2026-11-18', '2026-11-19', '2026-11-20'])
      await put(requestsFile(day), lines(requestRow(1, day)));

    const { partitions } = await replay({ since: '2026-11-19', until: '2026-11-19' });

    expect(partitions).toEqual([`requests/${PROJECT}/2026-11-19`]);
  });

  it('says so where no day is within', async () => {
    await put(requestsFile('2026-11-18'), lines(requestRow(1, '2026-11-18')));

    const { partitions, result } = await replay({ since: '2026-11-19' });

    expect(partitions).toEqual([]);
    expect(result.findings.warnings).toEqual([expect.stringMatching(/^The archive has no day/)]);
  });

  it('a file of many batches, none of them large', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => requestRow(index, '2026-11-18'));
    await put(requestsFile('2026-11-18'), lines(...many));
    const [stream] = STREAMS.filter(({ name }) => name === 'requests');
    if (!stream) throw new Error('no requests among the samples');
    const source = ndjsonArchive({ path: archive, streams: STREAMS, log: silentLog });
    const { signal } = new AbortController();
    const [project] = await source.projects(signal);
    if (!project) throw new Error('no project');

    const sizes: number[] = [];
    for await (const part of source.read({ stream, project, days: ['2026-11-18'] }, signal))
      for await (const batch of part.batches) sizes.push(batch.length);

    expect(sizes).toEqual([1_000, 1_000, 500]);
  });

  it('says which days it has', async () => {
    await put(requestsFile('2024-02-29'), '');
    await put(requestsFile('2026-11-18'), '');
    await put(join(archive, `speeches/project_id=${PROJECT}/date=2020-01-01/part.ndjson`), '');

    const whole = await ndjsonArchive({ path: archive, streams: STREAMS, log: silentLog }).span();
    const none = await ndjsonArchive({
      path: archive,
      streams: STREAMS,
      since: '2026-11-19',
      log: silentLog,
    }).span();

    expect(whole).toEqual({ since: '2024-02-29', until: '2026-11-18' });
    expect(none).toBeUndefined();
  });

  it('follows an interrupt', async () => {
    await put(requestsFile('2026-11-18'), lines(requestRow(1, '2026-11-18')));
    const source = ndjsonArchive({ path: archive, streams: STREAMS, log: silentLog });
    const interrupt = new AbortController();
    interrupt.abort();

    await expect(source.projects(interrupt.signal)).rejects.toMatchObject({ kind: 'interrupted' });
  });
});

describe('projects', () => {
  it('have the id of their records and the name of the newest one', async () => {
    await put(requestsFile('2026-11-18'), lines(requestRow(1, '2026-11-18', { project_name: 'Old name' })));
    await put(requestsFile('2026-11-19'), lines(requestRow(1, '2026-11-19', { project_name: 'New name' })));
    await put(requestsFile('2026-11-20'), '');

    const { result } = await replay();

    expect(result.projects).toEqual([{ id: PROJECT, name: 'New name' }]);
  });

  it.each([
    ['Support%20line', 'Support line'],
    ['%C3%9Cn%C3%AF', 'Ünï'],
    ['%', ''],
  ])('of empty files are known by their folder: %s', async (segment, id) => {
    await put(requestsFile('2026-11-18', '.ndjson', segment), '');

    const { result } = await replay();

    expect(result.projects).toEqual([{ id, name: null }]);
  });

  it('with an id too long for a folder name are known by their records', async () => {
    const id = 'long-'.repeat(60);
    const sink = ndjsonSink({ path: 'archive', compression: 'none' }, sinkContext(cwd));
    const [stream] = STREAMS.filter(({ name }) => name === 'requests');
    if (!stream) throw new Error('no requests among the samples');
    const partition = { stream, project: { id, name: null }, day: '2026-11-18' };
    const writer = await sink.begin(partition, new AbortController().signal);
    await writer.write([requestRow(1, '2026-11-18', { project_id: id })]);
    await writer.commit();

    const { result, partitions } = await replay();

    expect(result.projects).toEqual([{ id, name: 'Support line' }]);
    expect(partitions).toEqual([`requests/${id}/2026-11-18`]);
  });

  it('that only have snapshots are named by the stream of projects', async () => {
    await put(
      join(archive, 'models/project_id=p-2/snapshot.ndjson'),
      lines({ project_id: 'p-2', name: 'nova' }),
    );
    await put(
      join(archive, 'projects/project_id=p-2/snapshot.ndjson'),
      lines({ project_id: 'p-2', name: 'Notes' }),
    );

    const { result } = await replay();

    expect(result.projects).toEqual([{ id: 'p-2', name: 'Notes' }]);
  });

  it('whose records do not name them have no name', async () => {
    const id = 'long-'.repeat(60);
    const file = join(archive, `models/project_id=${pathSegment(id)}/snapshot.ndjson`);
    await put(file, lines({ project_id: id, name: 'nova' }));

    const { result } = await replay();

    expect(result.projects).toEqual([{ id, name: null }]);
  });

  it.each(['p-2', 'Support line'])('may be chosen by id or name: %s', async (word) => {
    await put(requestsFile('2026-11-18', '.ndjson', 'p-2'), '');
    await put(requestsFile('2026-11-18'), lines(requestRow(1, '2026-11-18')));

    const { result } = await replay({ projects: [word] });

    expect(result.projects.map(({ id, name }) => name ?? id)).toEqual([word]);
  });

  it('that are asked for and not there are a mistake of the user', async () => {
    await put(requestsFile('2026-11-18'), lines(requestRow(1, '2026-11-18')));

    const replaying = replay({ projects: ['Suport line'] });

    await expect(replaying).rejects.toMatchObject({
      code: 'PROJECT_UNKNOWN',
      kind: 'config',
      message: 'The archive has no project "Suport line".',
      hint: `It has: Support line (${PROJECT}).`,
    });
  });

  it('that cannot be told are an error that names the folder', async () => {
    await put(requestsFile('2026-11-18', '.ndjson', 'not encoded'), lines(requestRow(1, '2026-11-18')));

    const replaying = replay();

    await expect(replaying).rejects.toMatchObject({
      kind: 'permanent',
      message: expect.stringContaining('project_id=not encoded does not tell whose it is'),
    });
  });
});

describe('records of another age', () => {
  it('get null for a field that they do not have, and the order of today', async () => {
    const { callback_code: _code, callback_attempts: _attempts, ...old } = requestRow(1, '2026-11-18');
    const reversed = Object.fromEntries(Object.entries(old).reverse());
    await put(requestsFile('2026-11-18'), lines(reversed));

    const { rows } = await replay();

    expect(JSON.stringify(rows('requests'))).toBe(JSON.stringify([requestRow(1, '2026-11-18')]));
  });

  it('get their day from their time where they are older than the field', async () => {
    const { date: _, mip_opt_out: __, ...older } = requestRow(1, '2026-11-18');
    await put(requestsFile('2026-11-18'), lines(older));

    const { rows } = await replay();

    expect(rows('requests')).toEqual([requestRow(1, '2026-11-18')]);
  });

  it('lose a field that is not known any more, and it is named', async () => {
    await put(requestsFile('2026-11-18'), lines({ ...requestRow(1, '2026-11-18'), mood: 'fine' }));

    const { rows, result } = await replay();

    expect(rows('requests')).toEqual([requestRow(1, '2026-11-18')]);
    expect(result.findings.unknownFields).toEqual(new Map([['requests', ['mood']]]));
  });

  it.each([
    ['its audio_seconds is no number', { audio_seconds: '12.5' }],
    ['its channels is no number', { channels: true }],
    ['its path is no text', { path: 7 }],
    ['its settled is no true or false', { settled: 'yes' }],
    ['its completed_at is no UTC time with microseconds', { completed_at: '2026-11-18T11:40:01Z' }],
    ['its tags is no list of texts', { tags: ['prod', 7] }],
    ['it has no request_id', { request_id: null }],
    ['it is of another project', { project_id: 'p-2' }],
    ['it is of another day', { created_at: '2026-11-17T11:40:01.434302Z' }],
  ])('are rejected, counted and shown where %s', async (reason, changes) => {
    const good = requestRow(1, '2026-11-18');
    await put(requestsFile('2026-11-18'), lines(good, { ...requestRow(2, '2026-11-18'), ...changes }));

    const { rows, result } = await replay();

    expect(rows('requests')).toEqual([good]);
    expect(result.findings.rejected.get('requests')).toEqual({
      count: 1,
      example: expect.stringContaining(`${requestsFile('2026-11-18')} line 2, ${reason}`),
    });
  });

  it('are rejected where a date is no day', async () => {
    const file = join(archive, `usage/project_id=${PROJECT}/date=2026-11-18/part.ndjson`);
    await put(file, lines({ ...usageRow('2026-11-18'), period_end: '2026-11-31' }));

    const { result, exitCode } = await replay();

    expect(result.findings.rejected.get('usage')?.example).toContain('its period_end is no day');
    expect(exitCode).toBe(3);
  });
});

describe('a damaged file is named, its day is left alone, and the rest goes on', () => {
  const good = lines(requestRow(1, '2026-11-18'));
  const bytes = Buffer.from(good);
  const longer = `${good.trimEnd()}${' '.repeat(64 * 1024 * 1024)}\n`;
  it.each<[string, string, Buffer | string]>([
    ['a line is no JSON', '.ndjson', `${good}{"request_id":\n`],
    ['a line is no object', '.ndjson', `${good}[1]\n`],
    ['it is cut', '.ndjson', bytes.subarray(0, 200)],
    ['its last line has no end', '.ndjson', good.trimEnd()],
    ['it is not UTF-8', '.ndjson', Buffer.from(good.replace('Support', 'S\u00fcpport'), 'latin1')],
    ['its compression is cut', '.ndjson.gz', gzipSync(good).subarray(0, 100)],
    ['it is not compressed', '.ndjson.gz', good],
    ['it is an empty file that should be compressed', '.ndjson.gz', ''],
    ['it has a line longer than 64 MiB', '.ndjson.gz', gzipSync(longer, { level: 1 })],
  ])('%s', async (_what, suffix, content) => {
    const errors: string[] = [];
    await put(requestsFile('2026-11-18', suffix), content);
    await put(requestsFile('2026-11-19'), lines(requestRow(1, '2026-11-19')));

    const { partitions, result, exitCode } = await replay({
      log: { ...silentLog, error: (message) => errors.push(message) },
    });

    expect(partitions).toEqual([`requests/${PROJECT}/2026-11-19`]);
    expect(exitCode).toBe(3);
    expect(result.sourceFailures).toEqual([
      expect.objectContaining({
        code: 'SOURCE_ANSWER',
        kind: 'permanent',
        partition: `requests/${PROJECT}/2026-11-18`,
        message: expect.stringContaining(requestsFile('2026-11-18', suffix)),
      }),
    ]);
    expect(errors).toContainEqual(expect.stringContaining(requestsFile('2026-11-18', suffix)));
  });

  it('each of several', async () => {
    const errors: string[] = [];
    await put(requestsFile('2026-11-18'), 'one\n');
    await put(requestsFile('2026-11-19'), 'two\n');

    await replay({ log: { ...silentLog, error: (message) => errors.push(message) } });

    for (const day of ['2026-11-18', '2026-11-19'])
      expect(errors).toContainEqual(expect.stringContaining(requestsFile(day)));
  });

  it('without a word of what is in it', async () => {
    await put(requestsFile('2026-11-18'), 'confidential words\n');

    const { result } = await replay();

    expect(JSON.stringify(result)).not.toContain('confidential');
  });
});

describe('what is no archive', () => {
  it.each([
    ['is not there', async () => {}, 'there is no such folder'],
    ['is a file', () => writeFile(archive, ''), 'it is a file, not a folder'],
    ['is empty', () => mkdir(archive), 'it holds no <stream>/project_id=<id> folder'],
    ['holds something else', () => put(join(archive, 'tableau/requests.csv'), ''), 'it holds no <stream>/'],
  ])('because it %s, is a mistake of the user', async (_why, prepare, message) => {
    await prepare();

    const replaying = replay();

    await expect(replaying).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('replay --from'),
    });
  });
});

describe('what else lies in an archive', () => {
  it('streams that the job does not have are named', async () => {
    await put(requestsFile('2026-11-18'), '');
    await put(join(archive, `speeches/project_id=${PROJECT}/date=2026-11-18/part.ndjson`), '');

    const { result } = await replay();

    expect(result.findings.warnings).toEqual([
      'The archive also holds speeches, which this job does not have; left out.',
    ]);
  });

  it.each([
    ['the plain one', 1, 'plain'],
    ['the compressed one', -1, 'compressed'],
  ])('of two files of a day %s is taken where it is newer, with a warning', async (_which, order, path) => {
    await put(requestsFile('2026-11-18'), lines(requestRow(1, '2026-11-18', { path: 'plain' })));
    await put(
      requestsFile('2026-11-18', '.ndjson.gz'),
      gzipSync(lines(requestRow(1, '2026-11-18', { path: 'compressed' }))),
    );
    await utimes(requestsFile('2026-11-18'), 1_000_000, 1_000_000 + order);
    await utimes(requestsFile('2026-11-18', '.ndjson.gz'), 1_000_000, 1_000_000);

    const { rows, result } = await replay();

    expect(rows('requests').map((row) => row.path)).toEqual([path]);
    expect(result.findings.warnings).toEqual([expect.stringMatching(/was taken; .* is older, and left out/)]);
  });

  it('a day in the layout before is read, and left out with a warning where it is in today’s', async () => {
    const olderFile = (day: string) => `${dirname(requestsFile(day))}.ndjson`;
    await put(olderFile('2026-11-18'), lines(requestRow(1, '2026-11-18', { path: 'older' })));
    await put(olderFile('2026-11-19'), lines(requestRow(1, '2026-11-19', { path: 'older' })));
    await put(requestsFile('2026-11-19'), lines(requestRow(1, '2026-11-19', { path: 'todays' })));
    await utimes(requestsFile('2026-11-19'), 1_000_000, 1_000_000);

    const { rows, result } = await replay();

    expect(rows('requests').map((row) => row.path)).toEqual(['older', 'todays']);
    expect(result.findings.warnings).toEqual([
      `${requestsFile('2026-11-19')} was taken; ${olderFile('2026-11-19')} of the same day is older, and left out.`,
    ]);
  });

  it('a number that its column cannot hold is none, and is counted', async () => {
    await put(requestsFile('2026-11-18'), lines(requestRow(1, '2026-11-18', { tokens_in: 10.5 })));

    const { rows, result } = await replay();

    expect(rows('requests').map((row) => row.tokens_in)).toEqual([null]);
    expect(result.findings.unknownForms).toEqual(
      new Map([['requests', new Map([['tokens_in', { count: 1, example: 'a fraction' }]])]]),
    );
  });

  it.each(['stream', 'project', 'day', 'file'] as const)(
    'a link in place of a %s is not followed',
    async (what) => {
      const elsewhere = join(cwd, 'elsewhere');
      await put(requestsFile('2026-11-18'), lines(requestRow(1, '2026-11-18')));
      await put(requestsFile('2026-11-19', '.ndjson', 'p-2'), '');
      const path = {
        stream: join(archive, 'requests'),
        project: dirname(dirname(requestsFile('2026-11-18'))),
        day: dirname(requestsFile('2026-11-18')),
        file: requestsFile('2026-11-18'),
      }[what];
      await put(join(archive, 'usage/project_id=p-2/date=2026-11-19/part.ndjson'), '');
      await rename(path, elsewhere);
      await symlink(elsewhere, path);

      const { rows, result } = await replay();

      expect(rows('requests')).toEqual([]);
      expect(result.findings.warnings).toEqual([
        `${path} was left out: links inside an archive are not followed.`,
      ]);
    },
  );

  it('the archive itself may be reached by a link', async () => {
    await put(requestsFile('2026-11-18'), '');
    await symlink(archive, join(cwd, 'link'));

    const { partitions } = await replay({ path: join(cwd, 'link') });

    expect(partitions).toEqual([`requests/${PROJECT}/2026-11-18`]);
  });

  it('files of other names are no concern of it, and one with no day is named', async () => {
    await put(requestsFile('2026-11-18'), '');
    await put(join(dirname(requestsFile('2026-11-18')), '.part.ndjson.1-2.tmp'), 'half');
    await put(join(dirname(requestsFile('2026-11-18')), 'notes.txt'), 'mine');
    await put(join(archive, 'README'), 'mine');
    await put(join(archive, 'requests/project_id=stray'), 'mine');
    await put(requestsFile('2026-02-30'), '');

    const { partitions, result } = await replay();

    expect(partitions).toEqual([`requests/${PROJECT}/2026-11-18`]);
    expect(result.findings.warnings).toEqual([
      `${dirname(requestsFile('2026-02-30'))} was left out: its name holds no day.`,
    ]);
  });

  it('is left as it is', async () => {
    await put(requestsFile('2026-11-18'), 'damaged');
    await put(requestsFile('2026-11-19'), lines(requestRow(1, '2026-11-19')));
    const before = await folderContents(archive);

    await replay();

    expect(await folderContents(archive)).toEqual(before);
    expect(await readdir(cwd)).toEqual(['archive']);
  });
});
