import { writeFile } from 'node:fs/promises';
import { billing, billingBy } from '../dist/connectors/deepgram/streams/billing.js';
import { reconciliationOf } from '../dist/connectors/deepgram/streams/reconciliation.js';
import { requests } from '../dist/connectors/deepgram/streams/requests.js';
import { usage, usageBy } from '../dist/connectors/deepgram/streams/usage.js';
import { reportSink } from '../dist/connectors/report/report-sink.js';
import { requestRow } from '../dist/connectors/testing/sample-records.js';
import { sinkContext } from '../dist/connectors/testing/sink-context.js';
import { daysThrough } from '../dist/src/time/day.js';

/*
 * Works on a report in the working directory: `fill` delivers so many projects from that day to another one, `write`
 * makes the page of what is there, as the end of each run does.
 */
/** Groups of a day in each grouping; requests of a day that is in the log. */
const GROUPS = { line_item: 16, accessor: 12, tags: 25, endpoint: 4, models: 12, method: 3 };
const REQUESTS = 60;

const [what, first, last, projects] = process.argv.slice(2);
const signal = new AbortController().signal;
const clock = { now: () => Date.parse(`${last}T12:00:00Z`), sleep: async () => {} };
const settings = { path: 'report.html', months: 13, requests: 500 };
const sink = reportSink(settings, sinkContext(process.cwd(), { clock }));

if (what === 'fill') await fill();
else await write();

/** How long it took, in seconds, stands in a file beside the page: without the start of Node, which is no part of it. */
async function write() {
  const started = performance.now();
  await sink.finish(
    { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 },
    signal,
  );
  await writeFile('written.json', JSON.stringify({ seconds: (performance.now() - started) / 1_000 }));
}

async function fill() {
  const totals = [
    billing,
    ...[['line_item'], ['accessor'], ['line_item', 'tags']].map(billingBy),
    usage,
    ...['endpoint', 'method', 'models', 'tags', 'accessor'].map(usageBy),
  ];
  const compared = reconciliationOf([requests, ...totals]);
  const days = daysThrough(first, last);
  const logged = new Set(days.slice(-90));
  for (let at = 0; at < Number(projects); at += 1) {
    const project = { id: `0123456789abcdef-${at}`, name: `Project of department ${at}` };
    // A month at a time: what is delivered at once is written at once.
    for (const month of new Set(days.map((day) => day.slice(0, 7)))) {
      const ofMonth = days.filter((day) => day.startsWith(month));
      await Promise.all(
        ofMonth.flatMap((day) => [
          ...totals.map((stream) => deliver(stream, project, day, totalsIn(stream, project, day))),
          deliver(compared, project, day, comparedIn(totals, project, day)),
          ...(logged.has(day) ? [deliver(requests, project, day, requestsIn(project, day))] : []),
        ]),
      );
    }
  }
}

async function deliver(stream, project, day, rows) {
  const writer = await sink.begin({ stream, project, day }, signal);
  await writer.write(rows);
  await writer.commit();
}

function totalsIn({ groupings }, { id, name }, day) {
  const grouping = groupings.at(-1);
  return Array.from({ length: grouping ? GROUPS[grouping] : 1 }, (_, at) => ({
    project_id: id,
    project_name: name,
    date: day,
    cost_usd: 12.345678 + at + Number(day.slice(-2)),
    requests: 1_234 + at,
    hours: 123.456 * (at + 1),
    tts_characters: 12_345 * at,
    ...(grouping && {
      [grouping]: grouping === 'tags' ? [`team-${at}`, 'prod'] : `${grouping} number ${at}`,
    }),
    line_item: `line item ${at}`,
    line_item_name: `Line item ${at} (Streaming)`,
    model: `nova-${at}-general`,
    api_key_name: `key of service ${at}`,
  }));
}

/** Of each day one thing is explained, and one cannot be told. */
function comparedIn(totals, { id, name }, day) {
  const verdicts = { hours: 'explained', cost: 'unknown' };
  const comparisons = ['requests', 'hours', 'cost', ...totals.map((stream) => `${stream.name} cost`)];
  return comparisons.map((comparison) => ({
    project_id: id,
    project_name: name,
    date: day,
    comparison,
    unit: 'dollar',
    counted: 1,
    reported: 1,
    difference: 0,
    difference_percent: 0,
    tolerance: 0.01,
    verdict: verdicts[comparison] ?? 'equal',
    explanation: verdicts[comparison] ? 'the length of speech, of which usage counts characters' : null,
  }));
}

function requestsIn({ id, name }, day) {
  return Array.from({ length: REQUESTS }, (_, at) =>
    requestRow(at, day, {
      project_id: id,
      project_name: name,
      model: `nova-${at % 7}-general`,
      ...(at % 5 === 0 ? { status: 'error', code: 400, error_message: `Bad Request: no. ${at % 4}` } : {}),
    }),
  );
}
