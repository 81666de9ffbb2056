import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StandIn } from '../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../connectors/stand-ins/deepgram/stand-in-options.js';
import { close, listen } from '../../connectors/stand-ins/loopback.js';
import { memorySink } from '../../connectors/testing/memory-sink.js';
import { defineSinkType } from '../../src/catalogue/sink-type.js';
import type { Summary } from '../../src/summary/summary.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

const HOUR = 3_600_000;
/** Over, and older than the lookback. */
const DAY = '2026-11-16';

describe('an account where all is well', () => {
  it('adds up, without a word that is not needed', async () => {
    const { run } = await ready();

    const { code, stdout, summary, unlike } = await run('--fail-on-difference', '0');

    expect(code).toBe(0);
    expect(stdout).toContain('  Does it add up: 8 days of 1 project, all explained\n');
    expect(summary.reconciliation).toMatchObject({ days: 8, projects: 1, unknown: 0, unexplained: [] });
    expect(Object.keys(unlike)).toEqual(['hours']);
    expect(unlike.hours?.every((row) => String(row.explanation).startsWith('the length of speech'))).toBe(
      true,
    );
  });

  it('adds up without prices, as of a contract', async () => {
    const { run } = await ready({ prices: false });

    const { code, summary, unlike } = await run('--fail-on-difference', '0');

    expect(code).toBe(0);
    expect(summary.reconciliation?.unexplained).toEqual([]);
    expect(summary.streams.find(({ name }) => name === 'requests')).toMatchObject({
      cost_usd: null,
      hours: expect.any(Number),
    });
    expect(Object.keys(unlike)).toEqual(['cost', 'hours']);
    expect(unlike.cost?.[0]).toMatchObject({
      verdict: 'unknown',
      explanation: 'the costs of requests: not given',
      counted: null,
    });
  });

  it('adds up without a state', async () => {
    const { run } = await ready();

    const { code, summary } = await run('--no-state', '--fail-on-difference', '0');

    expect(code).toBe(0);
    expect(summary.reconciliation).toMatchObject({ days: 8, unexplained: [] });
  });

  it('adds up whatever account it is', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(10_000),
          requestsPerDay: fc.integer({ min: 0, max: 60 }),
          prices: fc.boolean(),
        }),
        async (options) => {
          const { run } = await ready(options);
          const { summary } = await run();
          expect(summary.reconciliation?.unexplained).toEqual([]);
        },
      ),
      { numRuns: 8, seed: 20 },
    );
  });

  it('has no records of it where that is switched off', async () => {
    const { run } = await ready({}, 'streams: { reconciliation: false }');

    const { summary, rows } = await run();

    expect(rows).toEqual([]);
    expect(summary.reconciliation).toBeNull();
    expect(summary.streams.map(({ name }) => name)).not.toContain('reconciliation');
  });

  it('is written again for the days of which something was read, and for no other', async () => {
    const { run, later } = await ready();
    const first = await run();
    later(1);

    const second = await run();

    const written = second.summary.streams.find(({ name }) => name === 'reconciliation');
    expect(written).toMatchObject({ partitions: 1 });
    const earlier = (rows: typeof first.rows) => rows.filter(({ date }) => date !== '2026-11-20');
    expect(earlier(second.rows)).toEqual(earlier(first.rows));
    expect(second.summary.reconciliation).toMatchObject({ days: 1, unexplained: [] });
  });
});

describe('a state of an older version, which kept less of a day', () => {
  it('leaves open what cannot be compared, and has no day written again', async () => {
    const { run, later, terminal } = await ready();
    const first = await run();
    for (const [name, text] of Object.entries(first.files))
      if (name.includes('.readings/')) await terminal.write(name, olderReadings(text));
    later(1);

    const synced = await run();
    const all = await run('--stream', 'reconciliation', '--full-refresh');

    expect(of(synced.rows, 'tts_characters', DAY)).toMatchObject({ verdict: 'equal' });
    expect(synced.summary.reconciliation).toMatchObject({ days: 1, unexplained: [] });
    expect(all.summary.reconciliation).toMatchObject({ days: 8, unexplained: [] });
    expect(of(all.rows, 'tts_characters', DAY)).toMatchObject({
      verdict: 'unknown',
      explanation: 'the request log and usage: read by an older version, which kept less of it',
    });
  });
});

describe('what does not add up is found on its day', () => {
  it('a page that the log has lost', async () => {
    const { run } = await ready({ alter: { requests: lostFromLog(12) } });

    const { code, stdout, summary, rows } = await run();

    expect(code).toBe(0);
    expect(of(rows, 'requests', DAY)).toMatchObject({
      counted: 28,
      reported: 40,
      difference: -12,
      difference_percent: -30,
      verdict: 'unexplained',
      explanation: null,
    });
    expect(stdout).toContain(
      `${DAY} of Support line: 12 requests of 40 in usage are not in the request log: not explained`,
    );
    expectOnly(DAY, summary);
  });

  it('and said once: by the reconciliation, or where nothing is reconciled by a warning in the same words', async () => {
    const said = '12 requests of 40 in usage are not in the request log';
    const reconciled = await ready({ alter: { requests: lostFromLog(12) } });
    const alone = await ready({ alter: { requests: lostFromLog(12) } });

    const whole = await reconciled.run();
    const logOnly = await alone.run('--stream', 'requests');

    expect(`${whole.stdout}${whole.stderr}`.split(said)).toHaveLength(2);
    expect(whole.stdout).toContain(`${said}: not explained`);
    expect(`${logOnly.stdout}${logOnly.stderr}`.split(said)).toHaveLength(2);
    expect(logOnly.stdout).toContain(
      `${DAY} of Support line: ${said}. It was read twice, the second time page by page, and gave no more.`,
    );
  });

  it('half of a day in billing', async () => {
    const halved = results((row) => ({ ...row, dollars: Number(row.dollars) / 2 }));
    const { run } = await ready({ alter: { 'billing/breakdown': unlessGrouped(halved) } });

    const { summary, rows } = await run();

    expect(of(rows, 'cost', DAY)).toMatchObject({ difference_percent: 100, verdict: 'unexplained' });
    expect(of(rows, 'billing_by_line_item cost', DAY)).toMatchObject({ verdict: 'unexplained' });
    expect(of(rows, 'usage_by_endpoint requests', DAY)).toMatchObject({ verdict: 'equal' });
    expectOnly(DAY, summary);
  });

  it('hours that are minutes', async () => {
    const minutes = results((row) => ({
      ...row,
      hours: 60 * Number(row.hours),
      total_hours: 60 * Number(row.total_hours),
    }));
    const { run } = await ready({ alter: { 'usage/breakdown': minutes } });

    const { summary, rows } = await run();

    expect(of(rows, 'hours', DAY)).toMatchObject({ verdict: 'unexplained', unit: 'hour' });
    expect(of(rows, 'total_hours', DAY)).toMatchObject({ verdict: 'unexplained' });
    expect(of(rows, 'usage_by_endpoint hours', DAY)).toMatchObject({ verdict: 'equal' });
    expectOnly(DAY, summary);
  });

  it('a grouping that was ignored', async () => {
    const total = { hours: 1, requests: 40, grouping: { start: DAY, end: DAY, accessor: null } };
    const alter: Alter = (answer, { grouping }) => {
      const rows = answer.results as readonly Answer[];
      const others = rows.filter((row) => Object(row.grouping).start !== DAY);
      return grouping.includes('accessor') ? { ...answer, results: [...others, total] } : answer;
    };
    const { run } = await ready({ alter: { 'usage/breakdown': alter } });

    const { summary, rows } = await run();

    expect(of(rows, 'usage_by_accessor requests', DAY)).toMatchObject({
      counted: 0,
      reported: 40,
      verdict: 'unexplained',
    });
    expectOnly(DAY, summary);
  });

  it('a grouping by tags that was ignored, where the log has tags', async () => {
    const alter =
      (path: 'hours' | 'dollars'): Alter =>
      (answer, { grouping }) => {
        const rows = answer.results as readonly Answer[];
        const [ofDay, others] = [true, false].map((is) =>
          rows.filter((row) => (Object(row.grouping).start === DAY) === is),
        );
        const sum = (field: string) => (ofDay ?? []).reduce((all, row) => all + Number(row[field] ?? 0), 0);
        const total = {
          ...ofDay?.[0],
          [path]: sum(path),
          ...(path === 'hours' ? { requests: sum('requests') } : {}),
          grouping: { start: DAY, end: DAY, line_item: 'all', tags: null },
        };
        return grouping.includes('tags') ? { ...answer, results: [...(others ?? []), total] } : answer;
      };
    const { run } = await ready({
      alter: { 'usage/breakdown': alter('hours'), 'billing/breakdown': alter('dollars') },
    });
    const untagged = await ready({ alter: { requests: withoutTags, 'usage/breakdown': alter('hours') } });

    const { summary, rows } = await run();
    const nobodyTags = await untagged.run();

    expect(of(rows, 'usage_by_tags requests', DAY)).toMatchObject({ counted: 0, verdict: 'unexplained' });
    expect(of(rows, 'billing_by_line_item_tags cost', DAY)).toMatchObject({
      counted: 0,
      verdict: 'unexplained',
    });
    expectOnly(DAY, summary);
    expect(of(nobodyTags.rows, 'usage_by_tags requests', DAY)).toMatchObject({ verdict: 'equal' });
  });

  it('a day that was restated: at first by what was read before, and then by what is there', async () => {
    let isRestated = false;
    const more = results((row) => ({ ...row, requests: Number(row.requests) + 3 }));
    const { run, later } = await ready({
      alter: { 'usage/breakdown': (answer, asked) => (isRestated ? more(answer, asked) : answer) },
    });
    await run();
    isRestated = true;
    later(1);

    const ofUsage = await run('--stream', 'usage', '--stream', 'reconciliation');
    later(1);
    const all = await run();

    expect(of(ofUsage.rows, 'requests', DAY)).toMatchObject({
      difference: -3,
      verdict: 'explained',
      explanation: expect.stringMatching(
        /^restated since: the request log was read at 2026-11-20T12:00Z, usage/,
      ),
    });
    expect(of(all.rows, 'requests', DAY)).toMatchObject({ difference: -3, verdict: 'unexplained' });
  });

  it('a balance that falls by more than was billed', async () => {
    let left = 100;
    const { run, later } = await ready({
      alter: { balances: () => ({ balances: [{ balance_id: 'b-1', amount: left, units: 'usd' }] }) },
    });
    await run();
    left -= 50;
    later(24);
    const { rows, summary } = await run();
    later(24);
    const last = await run();

    expect(of(rows, 'balance', '2026-11-21')).toMatchObject({ counted: 50, verdict: 'unknown' });
    expect(summary.reconciliation?.unexplained).toEqual([]);
    expect(of(last.rows, 'balance', '2026-11-21')).toMatchObject({ counted: 50, verdict: 'unexplained' });
    expect(of(last.rows, 'balance', '2026-11-22')).toMatchObject({ counted: 0, verdict: 'equal' });
  });
});

describe('a balance', () => {
  const EVE = '2026-11-20';
  const NEXT = '2026-11-21';

  /** Looks at 100 dollars, a day later at what is left, and another day later. */
  async function looked({ left, orders = [], restated = 0 }: Looked) {
    let [amount, more] = [100, 0];
    const { run, later } = await ready({
      alter: {
        balances: () => ({ balances: [{ balance_id: 'b-1', amount, units: 'usd' }] }),
        purchases: () => ({ orders }),
        'billing/breakdown': (answer, asked) =>
          billedMore(EVE, asked.grouping.length === 0 ? more : 0)(answer, asked),
      },
    });
    await run();
    later(24);
    amount = left;
    await run();
    later(24);
    const { rows } = await run();
    later(1);
    more = restated;
    const last = await run();
    return { before: of(rows, 'balance', NEXT), after: of(last.rows, 'balance', NEXT) };
  }
  interface Looked {
    readonly left: number;
    readonly orders?: readonly Answer[];
    /** Dollars that the bill of the first day has more in the end. */
    readonly restated?: number;
  }
  const order = { order_id: 'o-1', amount: 50, units: 'usd', order_type: 'prepaid' };
  const [LONG_AGO, BETWEEN, LATER] = ['2026-01-02T00:00:00Z', '2026-11-20T18:00:00Z', '2027-11-20T00:00:00Z'];

  it.each([
    ['was filled up by a purchase in between', 150, { created: BETWEEN, expiration: LATER }],
    ['lost credit that expired in between', 50, { created: LONG_AGO, expiration: BETWEEN }],
  ])('that %s adds up', async (_, left, dates) => {
    const { before } = await looked({ left, orders: [{ ...order, ...dates }] });
    const { before: without } = await looked({
      left,
      orders: [{ ...order, created: LONG_AGO, expiration: LATER }],
    });

    expect(before).toMatchObject({ verdict: 'equal', difference: 0 });
    expect(without).toMatchObject({ verdict: 'unexplained' });
  });

  it('is held anew against the bill of the day before, when that is restated', async () => {
    const { before, after } = await looked({ left: 50, restated: 60 });

    expect(before).toMatchObject({ counted: 50, verdict: 'unexplained' });
    expect(after).toMatchObject({ counted: 50, verdict: 'equal' });
  });
});

it('what was kept back explains a difference', async () => {
  let isLater = false;
  const lost = lostFromLog(12);
  const { run, later } = await ready({
    alter: {
      requests: (answer, asked) => (isLater ? lost(answer, asked) : answer),
      'usage/breakdown': (answer, asked) =>
        isLater ? results((row) => ({ ...row, requests: Number(row.requests) + 3 }))(answer, asked) : answer,
    },
  });
  await run();
  isLater = true;
  later(1);

  const { rows } = await run('--full-refresh');

  expect(of(rows, 'requests', DAY)).toMatchObject({
    counted: 40,
    reported: 43,
    verdict: 'explained',
    explanation: 'kept back: a later answer of the request log gave less',
  });
});

it('an append sink gets each day once, when what it is made of is read for the last time', async () => {
  const { run, later, terminal } = await ready({}, APPENDING);
  const sent = await appending(terminal);

  await run();
  const first = await sent();
  later(24);
  await run();
  const second = await sent();

  const days = (records: readonly string[]) =>
    [...new Set(records.map((record) => record.slice(0, 10)))].sort();
  expect(first.length).toBeGreaterThan(0);
  expect(days(first).at(-1)).not.toBe('2026-11-20');
  expect(days(second)).toHaveLength(days(first).length + 1);
  expect(second).toHaveLength(new Set(second).size);
});

const APPENDING = '  appending: { type: ./appending.mjs, streams: [reconciliation] }';
const APPENDING_SINK = `
  import { appendFile } from 'node:fs/promises';
  const { defineSinkType, memorySink } = globalThis.forAppending;
  const SENT = new URL('sent.txt', import.meta.url);
  export default defineSinkType({ open: async (_, { name }) => {
    const sink = memorySink({ name });
    return { ...sink, capabilities: { ...sink.capabilities, delivery: 'append' }, begin: async (...of) => ({
      ...(await sink.begin(...of)),
      write: (batch) => appendFile(SENT, batch.map((row) => row.date + ' ' + row.comparison + '\\n').join('')),
    }) };
  } });`;

describe('what it is made of could not be read', () => {
  it('leaves the day as it is, and makes it when all of it has been read', async () => {
    let isBroken = false;
    const { run, later } = await ready({ alter: { 'billing/breakdown': unless(() => isBroken) } });
    const before = await run();
    later(24);
    isBroken = true;

    const without = await run();
    isBroken = false;
    const after = await run();

    expect(without.code).toBe(3);
    expect(without.rows).toEqual(before.rows);
    expect(without.summary.streams.find(({ name }) => name === 'reconciliation')).toMatchObject({
      partitions: 0,
      failed_partitions: 5,
    });
    expect(without.summary.reconciliation).toBeNull();
    expect(of(before.rows, 'requests', '2026-11-21')).toBeUndefined();
    expect(of(after.rows, 'requests', '2026-11-21')).toMatchObject({ verdict: 'equal' });
  });

  it('is made where all the same its own inputs were', async () => {
    const { run } = await ready({ alter: { balances: unless(() => true) } });

    const { rows, summary } = await run();

    // Of balances only today is known, and of it alone something is made.
    expect(summary.streams.find(({ name }) => name === 'reconciliation')).toMatchObject({
      partitions: 7,
      failed_partitions: 1,
    });
    expect(of(rows, 'requests', DAY)).toMatchObject({ verdict: 'equal' });
  });

  it('gives an append sink nothing that would be the last word', async () => {
    let isBroken = true;
    const { run, terminal } = await ready(
      { alter: { 'billing/breakdown': unless(() => isBroken) } },
      APPENDING,
    );
    const sent = await appending(terminal);

    await run();
    const first = await sent();
    isBroken = false;
    await run();

    expect(first).toEqual([]);
    expect((await sent()).length).toBeGreaterThan(0);
  });

  it.each([
    ['open', '2026-11-20', 24],
    ['closed by then', '2026-11-20', 5 * 24],
    ['of which only the log has changed, closed by then', '2026-11-19', 5 * 24],
  ])(
    'is made by the next run where one read it and ended before, a day that is %s',
    async (_, day, hours) => {
      let isLost = true;
      const lost = lostFromLog(12, '2026-11-19');
      const { run, later } = await ready({
        alter: { requests: (answer, asked) => (isLost ? lost(answer, asked) : answer) },
      });
      const before = await run();
      later(hours);
      isLost = false;
      const inputs = before.summary.streams
        .map(({ name }) => name)
        .filter((name) => name !== 'reconciliation');
      await run(...inputs.flatMap((name) => ['--stream', name]));

      const { rows } = await run();

      expect(of(rows, 'requests', day)).toMatchObject({ verdict: 'equal' });
      expect(of(rows, 'requests', day)?.counted).toBeGreaterThan(
        Number(of(before.rows, 'requests', day)?.counted),
      );
    },
  );
});

it('a replay delivers what the archive says, and compares nothing itself', async () => {
  const { run, terminal } = await ready();
  const { rows } = await run();
  await terminal.write(
    'replay.yaml',
    'version: 1\nsource: { type: deepgram, api_key: unused }\nsinks: { copy: { type: ndjson, path: copy } }\n',
  );

  const again = terminal.again();
  const code = await again.run(
    'replay',
    '-c',
    'replay.yaml',
    '--from',
    'out/ndjson',
    '--stream',
    'reconciliation',
  );

  const copied = Object.entries(await terminal.files('copy/reconciliation')).filter(([name]) =>
    name.endsWith('.ndjson'),
  );
  expect(code).toBe(0);
  expect(copied.flatMap(([, text]) => text.split('\n').filter(Boolean).map(recordOf))).toEqual(rows);
  expect(again.stdout).not.toContain('Does it add up');
});

describe('--fail-on-difference', () => {
  const lost: Account = { alter: { requests: lostFromLog(2) } };

  it('ends the run with exit 3 where more than that is not explained', async () => {
    const { run } = await ready(lost);

    const { code, stdout, summary } = await run('--fail-on-difference', '4.9%');

    expect(code).toBe(3);
    expect(stdout).toContain('It does not add up. Everything was delivered. (exit 3)');
    expect(summary).toMatchObject({ outcome: 'differs', exit_code: 3 });
  });

  it('ends it as ever where less is', async () => {
    const { run } = await ready(lost);

    expect(await run('--fail-on-difference', '99')).toMatchObject({ code: 0 });
  });

  it('counts in a dry run, and does not hide that a sink has failed', async () => {
    const { run, terminal } = await ready(lost);
    const dry = await run('--fail-on-difference', '0', '--dry-run');
    await terminal.write('out', 'in the way');

    const failed = await run('--fail-on-difference', '0');

    expect(dry.code).toBe(3);
    expect(failed.code).toBe(5);
  });

  it.each([
    ['what is no percentage', ['--fail-on-difference', 'half'], 'it must be a percentage from 0 to 100'],
    ['more than all', ['--fail-on-difference', '101%'], 'it must be a percentage from 0 to 100'],
    [
      'a job that compares nothing',
      ['--fail-on-difference', '1', '--stream', 'usage'],
      'nothing is compared',
    ],
    [
      'a job that does not read all',
      ['--fail-on-difference', '1', '--stream', 'usage', '--stream', 'reconciliation'],
      'it cannot be told, since not read: balances, ',
    ],
  ])('is refused with exit 2 for %s', async (_, argv, mistake) => {
    const { run, standIn } = await ready();

    const { code, stderr } = await run(...argv);

    expect(code).toBe(2);
    expect(stderr).toContain(mistake);
    expect(standIn.calls).toEqual([]);
  });

  it('cannot tell where the key may not read billing, although that is left out', async () => {
    const { run } = await ready({ role: 'member', source: 'unavailable: skip' });

    const { code, summary, stdout } = await run('--fail-on-difference', '1');

    expect(code).toBe(3);
    expect(summary.outcome).toBe('difference-unknown');
    expect(stdout).toContain('It cannot be told whether it adds up.');
  });
});

/** Makes the append sink of such a job. @returns what it was sent so far */
async function appending(terminal: Terminal): Promise<() => Promise<readonly string[]>> {
  Object.assign(globalThis, { forAppending: { defineSinkType, memorySink } });
  await terminal.write('appending.mjs', APPENDING_SINK);
  return async () => {
    const text = await readFile(join(terminal.cwd, 'sent.txt'), 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean);
  };
}

/** An answer that is none while that is so. */
function unless(isBroken: () => boolean): Alter {
  return (answer) => (isBroken() ? { message: 'later' } : answer);
}

interface Answer {
  readonly [field: string]: unknown;
}
type Alter = (
  answer: Answer,
  asked: { readonly day: string | null; readonly grouping: readonly string[] },
) => Answer;

interface Account extends StandInOptions {
  /** What is made of answers, by the last words of their paths. */
  readonly alter?: Readonly<Record<string, Alter>>;
  /** A setting of the source. */
  readonly source?: string;
}

/** The job of 8 days, of which the last one is not over. */
async function ready({ alter = {}, source, ...options }: Account = {}, more = '') {
  const standIn = await account({ requestsPerDay: 40, ...options });
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: async () => {} };
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, clock });
  const altered = await alteredAccount(standIn, alter);
  await terminal.write(
    'job.yaml',
    `${jobText(altered, [ARCHIVE, TABLEAU], source).replace('1d', '7d')}${more}\n`,
  );
  const run = async (...argv: readonly string[]) => {
    const again = terminal.again();
    const code = await again.run('sync', '-c', 'job.yaml', '--summary', 'summary.json', ...argv);
    const files = await terminal.files();
    const summary: Summary = JSON.parse(files['summary.json'] ?? 'null');
    const rows = Object.entries(files)
      .filter(([name]) => name.startsWith('out/ndjson/reconciliation/'))
      .flatMap(([, text]) => text.split('\n').filter(Boolean).map(recordOf));
    const others = rows.filter(({ verdict }) => verdict !== 'equal');
    const unlike: Record<string, Answer[]> = {};
    for (const row of others) {
      const comparison = String(row.comparison);
      unlike[comparison] = [...(unlike[comparison] ?? []), row];
    }
    return { code, stdout: again.stdout, stderr: again.stderr, summary, rows, unlike, files };
  };
  const later = (hours: number) => {
    clock.nowMs += hours * HOUR;
    standIn.clock.advance(hours * HOUR);
  };
  return { run, later, standIn, terminal };
}

function recordOf(line: string): Answer {
  return JSON.parse(line);
}

/** As it was written before there was more than two sums of a reading. */
function olderReadings(text: string): string {
  const document = JSON.parse(text);
  for (const streams of Object.values(document.sources as Record<string, Record<string, object>>))
    for (const projects of Object.values(streams))
      for (const reading of Object.values(projects) as [number, number, Answer, ...unknown[]][]) {
        for (const name of Object.keys(reading[2]))
          if (!['cost_usd', 'audio_seconds', 'hours', 'requests'].includes(name))
            Reflect.deleteProperty(reading[2], name);
        reading.length = Math.min(reading.length, 6);
      }
  return JSON.stringify(document);
}

function of(rows: readonly Answer[], comparison: string, date: string): Answer | undefined {
  return rows.find((row) => row.comparison === comparison && row.date === date);
}

/** The rows of an answer, those of that day changed. */
function results(change: (row: Answer) => Answer): Alter {
  return (answer) => ({
    ...answer,
    results: (answer.results as readonly Answer[]).map((row) =>
      Object(row.grouping).start === DAY ? change(row) : row,
    ),
  });
}

/** The bill of that day is so much more. */
function billedMore(day: string, dollars: number): Alter {
  return (answer) => ({
    ...answer,
    results: (answer.results as readonly Answer[]).map((row) =>
      Object(row.grouping).start === day ? { ...row, dollars: Number(row.dollars) + dollars } : row,
    ),
  });
}

const withoutTags: Alter = (answer) => ({
  ...answer,
  requests: (answer.requests as readonly Answer[]).map((request) => {
    const response = Object(request.response);
    const { tags: _, ...details } = Object(response.details);
    return { ...request, response: request.response && { ...response, details } };
  }),
});

function unlessGrouped(change: Alter): Alter {
  return (answer, asked) => (asked.grouping.length === 0 ? change(answer, asked) : answer);
}

function expectOnly(day: string, { reconciliation }: Summary): void {
  expect(new Set(reconciliation?.unexplained.map(({ date }) => date))).toEqual(new Set([day]));
}

/** So many of the requests of that day are on no page, however often it is asked for. */
function lostFromLog(count: number, day = DAY): Alter {
  const lost = new Set<unknown>();
  return (answer) => {
    const logged = answer.requests as readonly Answer[];
    for (const { request_id, created } of logged)
      if (lost.size < count && String(created).startsWith(day)) lost.add(request_id);
    return { ...answer, requests: logged.filter(({ request_id }) => !lost.has(request_id)) };
  };
}

/** The stand-in behind something that changes its answers. */
async function alteredAccount(standIn: StandIn, alter: Readonly<Record<string, Alter>>): Promise<string> {
  const server = createServer(async ({ url = '/', headers }, response) => {
    const { pathname, searchParams } = new URL(url, standIn.url);
    const { authorization = '' } = headers;
    const answer = await fetch(`${standIn.url}${url}`, { headers: { authorization } });
    const text = await answer.text();
    const [, change] = Object.entries(alter).find(([path]) => pathname.endsWith(`/${path}`)) ?? [];
    const asked = {
      day: searchParams.get('end')?.slice(0, 10) ?? null,
      grouping: searchParams.getAll('grouping'),
    };
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(change && answer.ok ? JSON.stringify(change(recordOf(text), asked)) : text);
  });
  const url = await listen(server, 0);
  onTestFinished(() => close(server));
  return url;
}
