import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { onTestFinished } from 'vitest';
import { tableauSink } from '../../../connectors/tableau/tableau-sink.js';
import type { Receipt, RunSoFar, Sink } from '../../../src/pipeline/sink.js';
import type { Field, Row, Value } from '../../../src/records/field.js';
import type { Stream } from '../../../src/records/stream.js';
import { silentLog } from '../../../src/report/log.js';
import { systemClock } from '../../../src/time/clock.js';

export const anyRun: RunSoFar = {
  records: 0,
  partitions: 0,
  failedPartitions: 0,
  calls: 0,
  retries: 0,
  elapsedMs: 0,
};
export const never = new AbortController().signal;

/** A folder of this test's own, gone after it. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tableau-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

interface Choice {
  readonly layout?: 'single' | 'daily';
  readonly bom?: boolean;
  readonly escape_formulas?: boolean;
  readonly streams?: readonly Stream[];
}

export function openSink(folder: string, choice: Choice = {}): Sink {
  const { layout = 'single', bom = false, escape_formulas = true, streams = [] } = choice;
  return tableauSink(
    { path: '.', layout, bom, escape_formulas },
    {
      name: 'tableau',
      cwd: folder,
      clock: systemClock,
      log: silentLog,
      env: {},
      userAgent: 'deepgram-export/test',
      streams: streams.map((stream) => ({ stream, origin: { of: 'usage' } })),
    },
  );
}

export interface Delivery {
  readonly stream: Stream;
  readonly project?: string;
  readonly day?: string | null;
  readonly batches: readonly (readonly Row[])[];
}

export async function deliver(sink: Sink, delivery: Delivery): Promise<Receipt> {
  const { stream, project = 'p1', day = '2026-11-20', batches } = delivery;
  const writer = await sink.begin({ stream, project: { id: project, name: null }, day }, never);
  for (const batch of batches) await writer.write(batch);
  return writer.commit();
}

/** One run from its beginning to its end. */
export async function run(folder: string, choice: Choice, deliveries: readonly Delivery[]): Promise<void> {
  const sink = openSink(folder, choice);
  for (const delivery of deliveries) await deliver(sink, delivery);
  await sink.close(anyRun, never);
}

/** A CSV file by its columns, as an independent reader sees it. */
export async function readTable(folder: string, ...segments: string[]): Promise<Record<string, string>[]> {
  return parse(await readFile(join(folder, ...segments)), { columns: true, record_delimiter: '\r\n' });
}

export async function readText(folder: string, ...segments: string[]): Promise<string> {
  return readFile(join(folder, ...segments), 'utf8');
}

/** Every file below a folder with its content, in the order of their paths. */
export async function snapshotOf(folder: string): Promise<[path: string, content: string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths
      .sort()
      .map(
        async (path): Promise<[string, string]> => [
          path.slice(folder.length + 1),
          await readFile(path, 'utf8'),
        ],
      ),
  );
}

export async function pathsOf(folder: string): Promise<string[]> {
  return (await snapshotOf(folder)).map(([path]) => path);
}

/** A record with every field of its stream, null where nothing is given. */
export function rowOf(stream: Stream, values: Readonly<Record<string, Value>> = {}): Row {
  return Object.fromEntries(stream.fields.map((field: Field) => [field.name, values[field.name] ?? null]));
}
