import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { onTestFinished } from 'vitest';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import { type TableauSettings, tableauSettings } from '../../../connectors/tableau/tableau-settings.js';
import { tableauSink } from '../../../connectors/tableau/tableau-sink.js';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { PartitionWriter, Receipt, RunSoFar, Sink } from '../../../src/catalogue/sink.js';
import { failureOf } from '../../../src/errors/export-error.js';
import type { Field, Row, Value } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Day } from '../../../src/time/day.js';

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

type Choice = Partial<Omit<TableauSettings, 'path'>> & { readonly streams?: readonly Stream[] };

export function openSink(folder: string, choice: Choice = {}): Sink {
  const { streams = [], ...settings } = choice;
  return tableauSink(tableauSettings.parse({ path: '.', ...settings }), sinkContext(folder, { streams }));
}

interface Part {
  readonly stream: Stream;
  /** Its id; default `p1`. */
  readonly project?: string;
  /** Default 2026-11-20; null for a snapshot. */
  readonly day?: Day | null;
}

export interface Delivery extends Part {
  readonly batches: readonly (readonly Row[])[];
}

/** One day of usage of a project. */
export function usageOf(project: string, day: Day, hours: number): Delivery {
  const row = rowOf(usage, { project_id: project, date: day, hours });
  return { stream: usage, project, day, batches: [[row]] };
}

export function begin(
  sink: Sink,
  { stream, project = 'p1', day = '2026-11-20' }: Part,
): Promise<PartitionWriter> {
  return sink.begin({ stream, project: { id: project, name: null }, day }, never);
}

/** Hands a partition to a sink as the core does: what cannot be written is taken back. */
export async function deliver(sink: Sink, delivery: Delivery): Promise<Receipt> {
  const writer = await begin(sink, delivery);
  try {
    for (const batch of delivery.batches) await writer.write(batch);
  } catch (error) {
    await writer.abort(failureOf(error));
    throw error;
  }
  return writer.commit();
}

/** One run from its beginning to its end. */
export async function run(folder: string, choice: Choice, deliveries: readonly Delivery[]): Promise<void> {
  const sink = openSink(folder, choice);
  for (const delivery of deliveries) await deliver(sink, delivery);
  await sink.finish?.(anyRun, never);
}

/** A CSV file by its columns, as an independent reader sees it. */
export async function readTable(folder: string, ...segments: string[]): Promise<Record<string, string>[]> {
  return parse(await readFile(join(folder, ...segments)), { columns: true, record_delimiter: '\r\n' });
}

export async function readText(folder: string, ...segments: string[]): Promise<string> {
  return readFile(join(folder, ...segments), 'utf8');
}

/** Every file below a folder, in the order of their paths. */
export async function pathsOf(folder: string): Promise<string[]> {
  return Object.keys(await folderContents(folder)).sort();
}

/** A record with every field of its stream, null where nothing is given. */
export function rowOf(stream: Stream, values: Readonly<Record<string, Value>> = {}): Row {
  return Object.fromEntries(stream.fields.map((field: Field) => [field.name, values[field.name] ?? null]));
}

/** Makes of a file what a version wrote that had only these columns. */
export async function keepColumns(path: string, isKept: (name: string) => boolean): Promise<void> {
  const [header = [], ...rows] = parse(await readFile(path), { record_delimiter: '\r\n' });
  const kept = (cells: readonly string[]) => cells.filter((_, at) => isKept(header[at] ?? ''));
  const cell = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [header, ...rows].map((cells) => `${kept(cells).map(cell).join(',')}\r\n`);
  await writeFile(path, lines.join(''));
}
