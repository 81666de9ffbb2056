import { describe, expect, test } from 'vitest';
import type { Overrides } from '../../src/config/overrides.js';
import { errorOf, loadText } from './load-text.js';

const text = `version: 1
source: { type: deepgram, api_key: dg-key-for-tests, projects: [one] }
window: { since: 2026-01-10, until: 2026-01-20 }
sinks:
  tables: { type: tableau-csv, path: out/t }
  archive: { type: ndjson, path: out/n, streams: [usage, requests] }
  totals: { type: ndjson, path: out/d, streams: [usage] }
`;
const load = (overrides: Overrides) => loadText(text, { overrides });

describe('what the command line says instead of the file', () => {
  test('days', async () => {
    const job = await load({ since: '2026-01-11', until: 'now' });

    expect(job.window).toMatchObject({ since: { kind: 'day', day: '2026-01-11' }, until: { kind: 'now' } });
  });

  test('streams, and only the sinks that take them', async () => {
    const job = await load({ streams: ['requests', 'balances'] });

    expect(job.streams.map(({ name }) => name)).toEqual(['balances', 'requests']);
    expect(job.sinks.map(({ name, streams }) => [name, streams.map(({ name }) => name)])).toEqual([
      ['tables', ['balances', 'requests']],
      ['archive', ['requests']],
    ]);
  });

  test('sinks', async () => {
    const job = await load({ sinks: ['totals', 'tables'] });

    expect(job.sinks.map(({ name }) => name)).toEqual(['tables', 'totals']);
  });

  test('projects', async () => {
    const job = await load({ projects: ['two', 'three'] });

    expect(job.source.projects).toEqual(['two', 'three']);
  });

  test('nothing', async () => {
    const job = await load({ streams: [], sinks: [], projects: [] });

    expect(job.sinks).toHaveLength(3);
    expect(job.source.projects).toEqual(['one']);
  });
});

describe('mistakes of the command line', () => {
  test.each<[Overrides, string]>([
    [
      { since: 'yesterday' },
      '--since: must be a time back from now such as 7d, 36h or 4w, or a day as YYYY-MM-DD',
    ],
    [{ until: '7d' }, '--until: must be now, or a day as YYYY-MM-DD'],
    [{ since: '2026-01-21' }, '--since: must not be after until'],
    [{ until: '2026-01-09' }, '--until: must not be before since in the file'],
    [{ since: '2026-01-03', until: '2026-01-02' }, '--since: must not be after until'],
    [{ streams: ['request'] }, '--stream: "request" is not in this job (did you mean "requests"?)'],
    [{ sinks: ['table'] }, '--sink: "table" is not in this job (did you mean "tables"?)'],
    [{ sinks: ['grafana'] }, '--sink: "grafana" is not in this job; there are tables, archive, totals'],
    [{ sinks: ['totals'], streams: ['requests'] }, '--stream: no sink takes any of these streams'],
    [{ projects: [''] }, '--project: must not be empty'],
    [
      { sinks: ['a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9'] },
      '--sink: one of the names is not in this job; there are tables, archive, totals',
    ],
  ])('%j', async (overrides, message) => {
    const error = await errorOf(load(overrides));

    expect(error).toMatchObject({ code: 'USAGE', kind: 'config', message });
  });

  test('come together', async () => {
    const { message } = await errorOf(
      load({ since: 'x', until: 'y', streams: ['usages'], sinks: ['tabels'] }),
    );

    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual([
      '--since',
      '--until',
      '--stream',
      '--sink',
    ]);
  });

  test('come after those of the file', async () => {
    const error = await errorOf(loadText('version: 2\n', { overrides: { since: 'x' } }));

    expect(error.code).toBe('CONFIG_INVALID');
  });
});
