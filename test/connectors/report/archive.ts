import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { NOW, Terminal } from '../../cli/terminal.js';

/** A record as a file of an archive has it: with what is of interest, all else is null. */
export type Line = Readonly<Record<string, unknown>>;

/** Records by stream. */
export type Lines = Readonly<Record<string, readonly Line[]>>;

const JOB = `version: 1
source: { type: deepgram, api_key: unused }
streams: { usage: { group_by: [endpoint, models, accessor, tags, method] } }
sinks:
  report: { type: report, path: out/report.html SETTINGS }
`;

/** A terminal with a job whose one sink is a report. */
export async function reportTerminal(settings = '', now = NOW): Promise<Terminal> {
  const terminal = await Terminal.open({ clock: { now: () => now, sleep: async () => {} } });
  await terminal.write('job.yaml', JOB.replace(' SETTINGS', settings && `, ${settings}`));
  return terminal;
}

/** Delivers records to the report of this terminal, by way of an archive; what is of a day replaces that day. */
export async function replay(terminal: Terminal, lines: Lines): Promise<string> {
  // Each time an archive of its own: one that is read again has every day that it ever had.
  archives += 1;
  const root = `archive-${archives}`;
  for (const [stream, records] of Object.entries(lines)) {
    for (const [place, some] of byPlace(records)) {
      const path = `${root}/${stream}/${place}`;
      await mkdir(join(terminal.cwd, path, '..'), { recursive: true });
      await terminal.write(path, some.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }
  }
  const code = await terminal.again().run('replay', '-c', 'job.yaml', '--from', root, '--quiet');
  expect(code).toBe(0);
  return readFile(join(terminal.cwd, 'out/report.html'), 'utf8');
}

let archives = 0;

function byPlace(records: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  const places = new Map<string, Line[]>();
  for (const record of records) {
    const day = String(record.created_at ?? record.date ?? '').slice(0, 10);
    const place = `project_id=${record.project_id}/${day === '' ? 'snapshot.ndjson' : `date=${day}/part.ndjson`}`;
    places.set(place, [...(places.get(place) ?? []), record]);
  }
  return places;
}
