import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { billing, billingBy } from '../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage, usageBy } from '../../../connectors/deepgram/streams/usage.js';
import { reportSink } from '../../../connectors/report/report-sink.js';
import { NOW, requestRow } from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Sink } from '../../../src/catalogue/sink.js';
import type { Row } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { daysThrough } from '../../../src/time/day.js';

const RUN = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 };
const DAYS = daysThrough('2025-11-01', '2026-11-20');
const signal = new AbortController().signal;

/** Groups of a day in this grouping. */
const GROUPS = { line_item: 16, accessor: 12, tags: 25, endpoint: 4, models: 12, method: 3 } as const;

function rowsIn(stream: Stream, project: { id: string; name: string }, day: string): Row[] {
  const [grouping] = stream.groupings as (keyof typeof GROUPS)[];
  return Array.from({ length: grouping ? GROUPS[grouping] : 1 }, (_, at) => ({
    project_id: project.id,
    project_name: project.name,
    date: day,
    cost_usd: 12.345678 + at + Number(day.slice(-2)),
    requests: 1_234 + at,
    hours: 123.456 * (at + 1),
    tts_characters: 12_345 * at,
    ...(grouping && {
      [grouping]: grouping === 'tags' ? [`team-${at}`, 'prod'] : `${grouping} number ${at}`,
    }),
    model: `nova-${at}-general`,
    line_item_name: `Line item ${at} (Streaming)`,
    api_key_name: `key of service ${at}`,
  }));
}

async function deliver(
  sink: Sink,
  stream: Stream,
  project: { id: string; name: string },
  day: string,
  rows: Row[],
) {
  const writer = await sink.begin({ stream, project, day }, signal);
  await writer.write(rows);
  await writer.commit();
}

it('a page of 13 months and 20 projects has at most 400 kB', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'report-'));
  const clock = { now: () => NOW, sleep: async () => {} };
  const settings = { path: 'report.html', months: 13, requests: 500 };
  const sink = reportSink(settings, sinkContext(cwd, { clock }));
  const streams = [
    billing,
    billingBy(['line_item']),
    billingBy(['accessor']),
    billingBy(['tags']),
    usage,
    ...(['endpoint', 'method', 'models', 'tags', 'accessor'] as const).map(usageBy),
  ];
  for (let at = 0; at < 20; at += 1) {
    const project = { id: `0123456789abcdef-${at}`, name: `Project of department ${at}` };
    // What is drawn by day is there for every day; of months before, one project has all of them.
    const days = at === 0 ? DAYS : DAYS.filter((day) => day.endsWith('-15') || day >= '2026-10-01');
    const all = days.flatMap((day) => streams.map((stream) => ({ day, stream })));
    await Promise.all(
      all.map(({ day, stream }) => deliver(sink, stream, project, day, rowsIn(stream, project, day))),
    );
    for (const day of DAYS.slice(-10)) {
      const failed = {
        status: 'error',
        code: 400,
        error_message: `Bad Request: what was sent is not understood ${at}`,
      };
      const rows = Array.from({ length: 40 }, (_, index) =>
        requestRow(index, day, { model: 'nova-3-general', ...(index % 2 === 0 ? failed : {}) }),
      );
      await deliver(sink, requests, project, day, rows);
    }
  }
  await sink.finish?.(RUN, signal);

  const page = await readFile(join(cwd, 'report.html'));
  expect(page.length).toBeGreaterThan(200_000);
  expect(page.length).toBeLessThanOrEqual(400_000);
});
