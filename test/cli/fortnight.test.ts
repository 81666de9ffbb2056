import { expect, it } from 'vitest';
import { startIntake } from '../../connectors/stand-ins/datadog/intake.js';
import { addDays, dayAt, startOfDay } from '../../src/time/day.js';
import { Terminal } from './terminal.js';
import { account, jobText, KEY } from './world.js';

/** `npm run test:fortnight` plays 14. */
const DAYS = Number(process.env.FORTNIGHT_DAYS ?? 1);
const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 60 * 60_000;
/** How long a price may be waited for at most, and half an hour for what is answered late. */
const LONGEST_WAIT_MS = 12.5 * HOUR_MS;

it(`${DAYS} ${DAYS === 1 ? 'day' : 'days'} of runs every quarter of an hour on a contract account: each request has its log once, within its 18 hours`, async () => {
  const deepgram = await account({ requestsPerDay: 96, prices: false });
  const clock = { now: deepgram.clock.now, sleep: async (ms: number) => deepgram.clock.advance(ms) };
  const datadog = await startIntake({ apiKey: 'dd-key', clock });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, DD_API_KEY: 'dd-key' }, clock });
  const archive = 'archive: { type: ndjson, path: out/ndjson, streams: [requests, usage] }';
  const logs = `logs: { type: datadog-logs, api_key: "\${DD_API_KEY}", api_url: "${datadog.url}" }`;
  await terminal.write('job.yaml', jobText(deepgram.url, [archive, logs]));
  const first = dayAt(clock.now());
  const codes = new Set<number>();

  for (let run = 0; run < DAYS * 96; run++) {
    const startedAt = clock.now();
    codes.add(await terminal.again().run('sync', '-c', 'job.yaml', '--quiet'));
    deepgram.clock.advance(startedAt + QUARTER_MS - clock.now());
  }

  await datadog.close();
  const files = await terminal.files('out/ndjson/requests');
  const records = Object.values(files).flatMap((text) => text.split('\n').filter(Boolean).map(recordOf));
  const due = records.filter(
    ({ created_at: at, completed_at: completedAt }) =>
      Date.parse(at) >= startOfDay(first) &&
      completedAt !== null &&
      Date.parse(completedAt) < clock.now() - LONGEST_WAIT_MS,
  );
  const sent = datadog.logs.map(({ log }) => (log.http as { request_id: string }).request_id); // as the sink sends them
  expect([...codes]).toEqual([0]);
  for (let day = first; day < dayAt(clock.now()); day = addDays(day, 1)) {
    expect(records.filter(({ created_at: at }) => at.startsWith(day))).toHaveLength(
      deepgram.requestsOn('p-1', day),
    );
  }
  expect(due.length).toBeGreaterThan((DAYS - 0.75) * 90);
  expect(new Set(sent).size).toBe(sent.length);
  expect(due.map(({ request_id: id }) => id).filter((id) => !sent.includes(id))).toEqual([]);
}, 3_600_000);

interface RequestRecord {
  readonly request_id: string;
  readonly created_at: string;
  readonly completed_at: string | null;
}

function recordOf(line: string): RequestRecord {
  return JSON.parse(line);
}
