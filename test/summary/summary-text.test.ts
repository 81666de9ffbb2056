import { describe, expect, it } from 'vitest';
import type { KeptBackDay } from '../../src/deliver/tally/run-tally.js';
import { maskFor } from '../../src/secrets/mask.js';
import { Secret } from '../../src/secrets/secret.js';
import type { Summary } from '../../src/summary/summary.js';
import { summaryMarkdown } from '../../src/summary/summary-markdown.js';
import { summaryText } from '../../src/summary/summary-text.js';

const SUMMARY: Summary = {
  version: 1,
  outcome: 'sinks-failed',
  exit_code: 4,
  dry_run: false,
  started_at: '2026-11-20T12:00:00.000000Z',
  finished_at: '2026-11-20T12:03:20.000000Z',
  elapsed_ms: 200_000,
  window: { since: '2026-11-19', until: '2026-11-20' },
  projects: [{ id: 'p-1', name: 'Support line' }],
  http: { calls: 1_234, retries: 3, waited_ms: 12_400, received_bytes: 99 },
  streams: [
    { name: 'usage', records: 2, partitions: 2, failed_partitions: 0, cost_usd: null, hours: 1_391.75 },
    ...['api_keys', 'models', 'usage_by_tags'].map((name) => ({
      ...{ name, records: 1_000, partitions: 2, failed_partitions: 0 },
      ...{ cost_usd: null, hours: null },
    })),
    {
      name: 'requests',
      records: 123_456,
      partitions: 1,
      failed_partitions: 1,
      cost_usd: 1_271.5,
      hours: 390.25,
    },
  ],
  source: {
    name: 'Deepgram',
    failures: [
      {
        code: 'HTTP_STATUS',
        kind: 'transient',
        message: 'Could not read the requests.',
        hint: 'Run it again.',
        stream: 'requests',
        project: 'p-1',
        partition: 'requests/p-1/2026-11-19',
        partitions: 3,
      },
    ],
    unavailable: [],
    rejected: [{ stream: 'requests', count: 2, example: 'no request_id: fields created' }],
    unknown_fields: [{ stream: 'usage', fields: ['new_a', 'new_b'] }],
    unknown_forms: [{ stream: 'usage', field: 'tokens.in', count: 1_200, example: 'a list' }],
    warnings: ['No API key names for project Support line.'],
    lost: [],
    kept_back: [],
    still_kept_back: 0,
    incomplete: [],
  },
  spent: null,
  reconciliation: null,
  budget: null,
  sinks: [
    {
      name: 'archive',
      type: 'ndjson',
      required: true,
      partitions: 3,
      failed_partitions: 0,
      unread_partitions: 1,
      accepted: 123_458,
      rejected: [],
      skipped: [],
      in_doubt: 0,
      sends_once: false,
      failure: null,
      facts: {},
      notes: [],
    },
    {
      name: 'datadog',
      type: 'datadog-metrics',
      required: false,
      partitions: 1,
      failed_partitions: 2,
      unread_partitions: 1,
      accepted: 10,
      rejected: [{ reason: 'too long', count: 1 }],
      skipped: [{ reason: 'too old', count: 1_500, example: 'a point' }],
      in_doubt: 0,
      sends_once: false,
      failure: {
        code: 'SINK_REFUSED',
        kind: 'auth',
        message: 'Datadog refused the API key.',
        hint: 'Check the site.',
        partition: 'usage/p-1/2026-11-19',
      },
      facts: { 'distinct series': 4_120, region: 'eu' },
      notes: ['Switch on something.'],
    },
  ],
  error: null,
};

it('is two tables, what to know and do, and the verdict', () => {
  expect(summaryText(SUMMARY, { color: false }).split('\n')).toEqual([
    '',
    'STREAM           RECORDS  PARTITIONS    DOLLARS    HOURS',
    'usage                  2           2             1,391.8',
    'requests         123,456           1  $1,271.50    390.3  1 could not be read',
    '3 other streams    3,000           6',
    '',
    'SINK     TYPE             ACCEPTED  SKIPPED  REJECTED',
    'archive  ndjson            123,458        0         0  ok',
    'datadog  datadog-metrics        10    1,500         1  FAILED (not required)',
    '  datadog: 4,120 distinct series, eu region',
    '',
    '  ! requests of Support line, 2026-11-19 (and 2 more): Could not read the requests. Run it again.',
    '  ! requests: 2 left out as unreadable, such as: no request_id: fields created',
    '  ! usage: Deepgram has fields that are not exported: new_a, new_b',
    '  ! usage: tokens.in came in an unknown form 1,200 times, such as a list, and could not be read',
    '  ! No API key names for project Support line.',
    '  ! datadog, usage of Support line, 2026-11-19 (and 1 more): Datadog refused the API key. Check the site.',
    '  ! datadog: 1 refused: too long',
    '  ! datadog: 1,500 skipped: too old, such as a point',
    '  ! datadog: Switch on something.',
    '',
    'Some required sinks failed; the others have what could be read. (exit 4) 2026-11-19 to 2026-11-20, 1,234 calls, 3 of them again, 12.4 s waiting, 3 min 20 s',
    '',
  ]);
});

it('says the same as Markdown', () => {
  const [title, ...rest] = summaryMarkdown(SUMMARY, (text) => text).split('\n');

  expect(title).toBe(
    '### deepgram-export: Some required sinks failed; the others have what could be read. (exit 4)',
  );
  expect(rest).toContain('| requests | 123,456 | 1 | \\$1,271.50 | 390.3 | 1 |');
  expect(rest).toContain('| datadog | datadog-metrics | 10 | 3 | failed |');
  expect(rest).toContain('- datadog: 1,500 skipped: too old, such as a point');
  expect(rest).toContain('- datadog: 4,120 distinct series, eu region');
});

it('masks a secret that Markdown would write in another way', () => {
  const error = { code: 'HTTP_STATUS', kind: 'auth', message: 'refused k_0123*456789' } as const;
  const mask = maskFor([new Secret('k_0123*456789')]);

  const markdown = summaryMarkdown({ ...SUMMARY, error }, mask);

  expect(markdown).toContain('- refused \\[REDACTED\\]');
  expect(markdown).not.toContain('0123');
});

it('shows each mistake of a configuration on a line of its own', () => {
  const error = {
    code: 'CONFIG_INVALID',
    kind: 'config',
    message: 'a:1:1  x\na:2:1  y',
    hint: 'Correct it.',
  } as const;
  const summary: Summary = { ...SUMMARY, outcome: 'config', exit_code: 2, streams: [], sinks: [], error };

  const text = summaryText({ ...summary, source: NOTHING_FOUND }, { color: false });

  expect(text.split('\n').slice(0, 4)).toEqual(['', '  ! a:1:1  x', '  ! a:2:1  y', '  ! Correct it.']);
});

it('does not let the text of an answer begin a line of its own', () => {
  const error = {
    code: 'HTTP_STATUS',
    kind: 'auth',
    message: 'refused: no\n::error::x',
    hint: 'a\nb',
  } as const;
  const summary: Summary = { ...SUMMARY, streams: [], sinks: [], error };

  const text = summaryText({ ...summary, source: NOTHING_FOUND }, { color: false });

  expect(text.split('\n').slice(0, 3)).toEqual(['', '  ! refused: no ::error::x', '  ! a b']);
});

it('does not call a dry run a delivery, nor list what it skipped', () => {
  const skipped = [{ reason: 'dry run', count: 2 }];
  const sinks = SUMMARY.sinks.slice(0, 1).map((sink) => ({ ...sink, skipped }));
  const summary: Summary = { ...SUMMARY, outcome: 'delivered', exit_code: 0, dry_run: true, sinks };

  const text = summaryText({ ...summary, source: NOTHING_FOUND }, { color: false });

  expect(text).toContain('Dry run: everything was read, nothing was delivered.');
  expect(text).not.toContain('!');
});

describe('a sink that gets each record once', () => {
  const sinks = SUMMARY.sinks.slice(0, 1).map((sink) => ({
    ...sink,
    rejected: [{ reason: 'too long', count: 2, example: 'r-7' }],
    in_doubt: 1_204,
    sends_once: true,
  }));
  const summary: Summary = { ...SUMMARY, sinks };

  it('says of how many records nobody could tell, and what became of those that were refused', () => {
    const text = summaryText(summary, { color: false });

    expect(text).toContain(
      '  ! archive: 2 refused, and not sent again: too long, such as r-7\n' +
        '  ! archive: 1,204 records may be there twice: they were sent again, since nobody could tell ' +
        'whether they had arrived.\n',
    );
  });

  it('says the same as Markdown', () => {
    const lines = summaryMarkdown(summary, (text) => text).split('\n');

    expect(lines).toContain('- archive: 2 refused, and not sent again: too long, such as r-7');
    expect(lines).toContainEqual(expect.stringMatching(/^- archive: 1,204 records may be there twice: /));
  });

  it('says nothing of doubts that there are none of', () => {
    expect(summaryText(SUMMARY, { color: false })).not.toContain('twice');
  });
});

describe('what the key may not read', () => {
  const projects = ['Support line', 'Sales', 'Ops'].map((name, at) => ({ id: `p-${at + 1}`, name }));
  const lacking = (stream: string, project: string, lacks = 'billing:read') => ({
    code: 'HTTP_STATUS' as const,
    kind: 'auth' as const,
    message: 'refused',
    hint: `A key of an Admin has ${lacks}.`,
    lacks,
    stream,
    project,
    partition: `${stream}/${project}`,
    partitions: 1,
  });
  const lines = (source: Partial<Summary['source']>) =>
    summaryText(
      { ...SUMMARY, projects, sinks: [], source: { ...NOTHING_FOUND, ...source } },
      { color: false },
    )
      .split('\n')
      .filter((line) => line.startsWith('  !'));

  it('is a line a permission, with the projects where it is not all of them', () => {
    const failures = [
      lacking('requests', 'p-2'),
      lacking('usage', 'p-1'),
      lacking('usage', 'p-2'),
      lacking('requests', 'p-3', 'usage:read'),
    ];

    expect(lines({ failures })).toEqual([
      '  ! The API key may not read usage, requests in Sales, Support line. A key of an Admin has billing:read.',
      '  ! The API key may not read requests in Ops. A key of an Admin has usage:read.',
    ]);
  });

  it('is said without its projects where it is all of them, and without a hint where it was left out', () => {
    const unavailable = projects.map(({ id }) => lacking('usage', id));

    expect(lines({ unavailable })).toEqual(['  ! Left out, since the API key lacks billing:read: usage.']);
  });
});

describe('days that are kept back', () => {
  const keptBack = (date: string, project: string, change: Partial<KeptBackDay> = {}): KeptBackDay => ({
    stream: 'requests',
    project,
    date,
    why: 'fewer',
    delivered: { records: 60, sums: {} },
    read: { records: 30, sums: {}, unreadable: 0 },
    told_today: false,
    ...change,
  });
  const lines = (...days: readonly KeptBackDay[]) =>
    summaryText({ ...SUMMARY, sinks: [], source: { ...NOTHING_FOUND, kept_back: days } }, { color: false })
      .split('\n')
      .filter((line) => line.startsWith('  !'));

  it('are a line a stream, with what each had and what it has now, in the order of days', () => {
    const nothing = { stream: 'usage', why: 'nothing', delivered: { records: 1, sums: {} } } as const;

    const said = lines(
      keptBack('2026-11-20', 'p-1'),
      keptBack('2026-11-19', 'p-7'),
      keptBack('2026-11-20', 'p-1', nothing),
    );

    expect(said).toEqual([
      '  ! requests: 2 days are kept back, since Deepgram now gives less than what is delivered: ' +
        '2026-11-19 of p-7 had 60 records, now 30; 2026-11-20 of Support line had 60 records, now 30. ' +
        'What was delivered stays. They are read again every hour, and believed when an hour or more later they are ' +
        'the same. To have one replaced all the same: --accept-less requests:DAY, such as requests:2026-11-20.',
      '  ! usage of Support line, 2026-11-20, is kept back: 1 record delivered, and Deepgram now gives none. ' +
        'What was delivered stays. It is read again every hour. ' +
        'To have it replaced all the same: --accept-less usage:2026-11-20.',
    ]);
  });

  it('are counted beyond the tenth', () => {
    const days = Array.from({ length: 13 }, (_, at) => keptBack(`2026-11-${at + 11}`, 'p-1'));

    const [said] = lines(...days);

    expect(said).toContain(
      '2026-11-20 of Support line had 60 records, now 30; and 3 more, which the file of',
    );
    expect(said).not.toContain('2026-11-21');
  });
});

describe('the first line of a run without a failure', () => {
  const [archive, datadog] = SUMMARY.sinks;
  const verdict = (change: Partial<Summary>) =>
    summaryMarkdown(
      { ...SUMMARY, outcome: 'delivered', exit_code: 0, sinks: [], source: NOTHING_FOUND, ...change },
      (text) => text,
    ).split('\n')[0];
  const rejected = [{ stream: 'projects', count: 1, example: 'no project_id' }];
  const lost = (first: string, last: string) => {
    return { sink: 'archive', stream: 'requests', project: 'p-1', first, last, days: 2 };
  };

  it.each([
    ['Everything was delivered.', {}],
    [
      'Delivered, without records of projects that cannot be understood.',
      { source: { ...NOTHING_FOUND, rejected } },
    ],
    [
      'Delivered, without days of requests that Deepgram has no more (2026-01-01 to 2026-01-07).',
      {
        source: {
          ...NOTHING_FOUND,
          lost: [lost('2026-01-03', '2026-01-07'), lost('2026-01-01', '2026-01-03')],
        },
      },
    ],
    [
      'Delivered, without days of requests that Deepgram has no more (2026-01-03).',
      { source: { ...NOTHING_FOUND, lost: [lost('2026-01-03', '2026-01-03')] } },
    ],
    ['Delivered, but 2 days are kept back still.', { source: { ...NOTHING_FOUND, still_kept_back: 2 } }],
    ['Delivered, but not to datadog (not required).', { sinks: [archive, datadog] as Summary['sinks'] }],
    [
      'Delivered, but 3 records may be there twice.',
      { sinks: SUMMARY.sinks.slice(0, 1).map((sink) => ({ ...sink, in_doubt: 3 })) },
    ],
    ['Dry run: everything was read, nothing was delivered.', { dry_run: true }],
  ])('says what is not there: %s', (said, change) => {
    expect(verdict(change)).toBe(`### deepgram-export: ${said}`);
  });
});

describe('the source is called by its name', () => {
  const incomplete = { ...SUMMARY, outcome: 'source-incomplete', exit_code: 3 } as const;

  it.each([
    ['Deepgram', 'Not everything could be read from Deepgram. (exit 3)'],
    ['the archive out/a\nb', 'Not everything could be read from the archive out/a b. (exit 3)'],
    [null, 'Not everything could be read. (exit 3)'],
  ])('%j', (name, verdict) => {
    const summary: Summary = { ...incomplete, source: { ...SUMMARY.source, name } };

    expect(summaryText(summary, { color: false })).toContain(`\n${verdict} `);
  });

  it('also where it has what is not exported', () => {
    const summary = { ...SUMMARY, source: { ...SUMMARY.source, name: 'the archive out/ndjson' } };

    expect(summaryText(summary, { color: false })).toContain(
      'usage: the archive out/ndjson has fields that are not exported: new_a, new_b',
    );
  });
});

const NOTHING_FOUND: Summary['source'] = {
  name: 'Deepgram',
  failures: [],
  unavailable: [],
  rejected: [],
  unknown_fields: [],
  unknown_forms: [],
  warnings: [],
  lost: [],
  kept_back: [],
  still_kept_back: 0,
  incomplete: [],
};
