import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiKeys, balances } from '../../dist/connectors/deepgram/streams/account.js';
import { billing, billingBy } from '../../dist/connectors/deepgram/streams/billing.js';
import { reconciliationOf } from '../../dist/connectors/deepgram/streams/reconciliation.js';
import { requests } from '../../dist/connectors/deepgram/streams/requests.js';
import { usage, usageBy } from '../../dist/connectors/deepgram/streams/usage.js';
import { reportSink } from '../../dist/connectors/report/report-sink.js';
import { requestRow } from '../../dist/connectors/testing/sample-records.js';
import { sinkContext } from '../../dist/connectors/testing/sink-context.js';
import { daysThrough } from '../../dist/src/time/day.js';

const CLI = fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url));

/** The report of the demo, so many days long. */
export function demoReport(folder, days) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [CLI, 'demo', '--days', String(days), '--out', join(folder, 'demo'), '--quiet'],
    { encoding: 'utf8', env: { PATH: process.env.PATH } },
  );
  if (status !== 0) throw new Error(`the demo ended with ${status}:\n${stderr}`);
  return join(folder, 'demo/report.html');
}

/** What people may call things, in a report. */
const NAMES = [
  '<script>alert(1)</script>',
  `"'><img src=x onerror=alert(1)>`,
  '\u202Egnp.exe\u2066 \u0645\u0631\u062D\u0628\u0627',
  'a\u0000b\u001B[2J',
  '</style><style>*{display:none}',
  'https://example.com/track.png',
  'x'.repeat(5_000),
  '=HYPERLINK("http://example.com")',
];

/** Before it a few days of each month are enough. */
const RECENT = '2026-10-20';

/** A report of thirteen months in which everything has such a name, something does not add up, and credit ends. */
export async function hostileReport(folder) {
  const [first, last] = ['2025-11-20', '2026-11-20'];
  const clock = { now: () => Date.parse(`${last}T12:00:00Z`), sleep: async () => {} };
  const settings = { path: 'hostile.html', months: 13, requests: 500 };
  const sink = reportSink(settings, sinkContext(folder, { clock }));
  const signal = new AbortController().signal;
  const totals = [billing, billingBy(['line_item']), billingBy(['accessor']), billingBy(['tags'])];
  const used = [usage, ...['endpoint', 'method', 'models', 'tags', 'accessor'].map(usageBy)];
  const compared = reconciliationOf([requests, ...totals, ...used]);
  const projects = NAMES.slice(0, 3).map((name, at) => ({ id: `p-${at}`, name }));
  const deliver = async (stream, project, day, rows) => {
    const writer = await sink.begin({ stream, project, day }, signal);
    await writer.write(rows);
    await writer.commit();
  };
  for (const project of projects) {
    const of = (day) => ({ project_id: project.id, project_name: project.name, date: day });
    for (const month of new Set(daysThrough(first, last).map((day) => day.slice(0, 7)))) {
      const days = daysThrough(first, last).filter(
        (day) => day.startsWith(month) && (day > RECENT || /[15]5$/.test(day)),
      );
      await Promise.all(
        days.flatMap((day, index) => [
          ...[...totals, ...used].map((stream) =>
            deliver(stream, project, day, namedRows(stream, of(day), index)),
          ),
          deliver(compared, project, day, comparedRows(of(day), index)),
          deliver(balances, project, day, [
            {
              ...of(day),
              observed_at: `${day}T10:00:00.000000Z`,
              balance_id: NAMES[0],
              amount: 90 - 3 * index,
              units: 'USD',
            },
          ]),
          ...(day > RECENT ? [deliver(requests, project, day, failingRows(of(day), day))] : []),
        ]),
      );
    }
    const keys = NAMES.map((name, at) => ({
      ...of(null),
      api_key_id: `key-${at}`,
      name,
      last_seen: null,
      expires_at: `${last}T00:00:00Z`,
    }));
    await deliver(apiKeys({ includeEmails: false }), project, null, keys);
  }
  await sink.finish(
    { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 },
    signal,
  );
  return join(folder, 'hostile.html');
}

function namedRows({ groupings: [grouping] }, of, index) {
  if (grouping === undefined) return [{ ...of, cost_usd: 36 + index, requests: 360, hours: 80 }];
  return NAMES.map((name, at) => ({
    ...of,
    [grouping]: grouping === 'tags' ? [name, `team ${at}`] : name,
    ...(grouping === 'line_item' && { line_item_name: name }),
    ...(grouping === 'accessor' && { accessor: `key-${at}`, api_key_name: name }),
    ...(grouping === 'models' && { model: name, model_ids: [name] }),
    cost_usd: 4.5 * (at + 1) + index,
    requests: 45,
    hours: 10 + at,
  }));
}

function comparedRows(of, index) {
  const row = {
    ...of,
    counted: 100,
    reported: 112.5,
    difference: -12.5,
    difference_percent: -11.1,
    tolerance: 0.01,
  };
  return [
    { ...row, comparison: 'cost', unit: 'dollar', verdict: 'unexplained', explanation: null },
    { ...row, comparison: 'hours', unit: 'hour', verdict: 'explained', explanation: NAMES[index % 3] },
    { ...row, comparison: NAMES[6], unit: 'request', verdict: 'unknown', explanation: NAMES[6] },
  ];
}

function failingRows(of, day) {
  return NAMES.map((name, at) =>
    requestRow(at, day, {
      ...of,
      status: at % 2 === 0 ? 'error' : 'success',
      code: at % 2 === 0 ? 400 : 200,
      error_message: at % 2 === 0 ? name : null,
      model: name,
      api_key_id: `key-${at}`,
      api_key_name: name,
      endpoint: 'listen',
    }),
  );
}
