import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import type { StoredDataSource } from '../../../connectors/stand-ins/tableau/account/site.js';
import type { Tableau } from '../../../connectors/stand-ins/tableau/tableau.js';
import {
  manyRequests,
  partitionOf,
  requestRow,
  rowsOf,
  usageRow,
} from '../../../connectors/testing/sample-records.js';
import { callsOf, type Delivery, publishing, requestsOf } from './publishing.js';

const MONDAY = '2026-11-16';
const TUESDAY = '2026-11-17';
const FRIDAY = '2026-11-20';
const ONE_STREAM = { streams: [requests] };

describe('what has changed', () => {
  it('is all that is sent, and what people have added stays', async () => {
    const { tableau, run } = await publishing();
    await run([requestsOf(MONDAY, manyRequests(3, MONDAY)), requestsOf(FRIDAY, manyRequests(4, FRIDAY))]);
    source(tableau, 'requests').calculatedFields.push('Profit');
    const before = tableau.calls.length;

    await run([requestsOf(FRIDAY, manyRequests(6, FRIDAY))]);

    const sent = tableau.calls.slice(before);
    expect(daysOf(tableau)).toEqual({ [MONDAY]: 3, [FRIDAY]: 6 });
    expect(source(tableau, 'requests').calculatedFields).toEqual(['Profit']);
    expect(sent.filter((call) => call === 'POST /datasources')).toEqual([]);
    expect(sent.filter((call) => call.startsWith('PATCH'))).toHaveLength(1);
  });

  it('is nothing where the same was delivered again', async () => {
    const { tableau, run } = await publishing();
    await run([requestsOf(FRIDAY, manyRequests(4))]);
    const before = tableau.calls.length;

    const report = await run([requestsOf(FRIDAY, manyRequests(4))]);

    expect(callsOf(tableau, /^(PATCH|PUT|POST \/datasources)/).length).toBe(
      tableau.calls.slice(0, before).filter((call) => /^(PATCH|PUT|POST \/datasources)/.test(call)).length,
    );
    expect(report).toEqual({ facts: {}, notes: [] });
  });

  it('is said where it was spoiled in the folder, as no summary tells of it', async () => {
    const { tableau, cwd, said, run } = await publishing();
    const delivery = [requestsOf(FRIDAY, manyRequests(4))];
    await run(delivery);
    const { project } = partitionOf('requests', FRIDAY);
    const day = `published/requests/project_id=${project.id}/date=${FRIDAY}/part.ndjson.gz`;
    const lines = gunzipSync(await readFile(join(cwd, day))).toString();
    await writeFile(join(cwd, day), gzipSync(lines.replace(/"created_at":"[^"]*"/, '"created_at":"never"')));
    tableau.site.dataSources.clear();

    await run([]);

    expect(daysOf(tableau)).toEqual({ [FRIDAY]: 3 });
    expect(said).toContainEqual(expect.stringMatching(/^warn: requests: a record was left out, .* line 1, /));
  });

  it('may be that a day is empty now', async () => {
    const { tableau, run } = await publishing();
    await run([requestsOf(MONDAY, manyRequests(3, MONDAY)), requestsOf(FRIDAY, manyRequests(4))]);

    await run([requestsOf(MONDAY, [])]);

    expect(daysOf(tableau)).toEqual({ [FRIDAY]: 4 });
  });

  it('may be what it was before: the same rows are sent again within a day, and count', async () => {
    const { tableau, run } = await publishing();
    const [one, other] = [manyRequests(2), manyRequests(5)];

    for (const rows of [one, other, one, other]) await run([requestsOf(FRIDAY, rows)]);

    expect(daysOf(tableau)).toEqual({ [FRIDAY]: 5 });
  });

  it('of many days goes in updates that the server takes, and a day goes on in the next', async () => {
    const { tableau, run } = await publishing({ updateBytes: 500_000 });
    const deliveryOf = (day: string, rows: number): Delivery[number] => [
      partitionOf('usage', day),
      Array.from({ length: rows }, (_, at) => ({ ...usageRow(day), requests: at })),
    ];
    await run([deliveryOf(FRIDAY, 1)]);

    // A group of rows, after which a file may end, has 50,000.
    await run([deliveryOf(MONDAY, 30_000), deliveryOf(TUESDAY, 30_000)], {
      limits: { updateBytes: 100_000 },
    });

    expect(daysOf(tableau, 'usage')).toEqual({ [MONDAY]: 30_000, [TUESDAY]: 30_000, [FRIDAY]: 1 });
    expect(callsOf(tableau, /^PATCH/)).toHaveLength(2);
  });

  it('keeps apart the days of a project, and those of another', async () => {
    const { tableau, run } = await publishing();
    const other = { ...partitionOf('requests', MONDAY), project: { id: 'another', name: null } };
    const ofOther = [requestRow(1, MONDAY, { project_id: 'another' })];
    await run([
      requestsOf(MONDAY, manyRequests(2, MONDAY)),
      requestsOf(TUESDAY, manyRequests(3, TUESDAY)),
      requestsOf(FRIDAY, manyRequests(4)),
      [other, ofOther],
    ]);

    await run([requestsOf(MONDAY, manyRequests(7, MONDAY)), requestsOf(FRIDAY, manyRequests(1))]);

    expect(daysOf(tableau)).toEqual({ [MONDAY]: 8, [TUESDAY]: 3, [FRIDAY]: 1 });
  });
});

describe('a table is published anew', () => {
  it('where it has other columns, which is said before', async () => {
    const { tableau, run, said } = await publishing();
    const older = { ...requests, fields: requests.fields.filter(({ name }) => name !== 'mip_opt_out') };
    await run([[{ ...partitionOf('requests', FRIDAY), stream: older }, manyRequests(2)]], {
      streams: [older],
    });
    source(tableau, 'requests').calculatedFields.push('Profit');
    tableau.onCall = (call) => void said.push(call);

    await run([requestsOf(TUESDAY, manyRequests(3, TUESDAY))], ONE_STREAM);

    const warned = said.findIndex((line) => line.includes('has other columns from now on'));
    expect(said[warned]).toContain('(new: mip_opt_out boolean)');
    expect(said[warned]).toContain('calculated fields, and whatever else people have added to it, are lost');
    expect(said.indexOf('POST /datasources')).toBeGreaterThan(warned);
    expect(daysOf(tableau)).toEqual({ [TUESDAY]: 3, [FRIDAY]: 2 });
    expect(source(tableau, 'requests').columns).toContain('mip_opt_out BOOLEAN');
  });

  it('where it was removed there, with every day that was ever delivered', async () => {
    const { tableau, run, said } = await publishing();
    await run([requestsOf(MONDAY, manyRequests(3, MONDAY)), requestsOf(FRIDAY, manyRequests(4))]);
    tableau.site.dataSources.clear();

    await run([requestsOf(FRIDAY, manyRequests(5))]);

    expect(daysOf(tableau)).toEqual({ [MONDAY]: 3, [FRIDAY]: 5 });
    expect(said.join('\n')).toMatch(/Deepgram requests is not in the project Speech.* any more/);
  });

  it('with each change where the job says so', async () => {
    const { tableau, run } = await publishing();
    const replace = { settings: { updates: 'replace' } };
    await run([requestsOf(MONDAY, manyRequests(3, MONDAY)), requestsOf(FRIDAY, manyRequests(4))], replace);

    await run([requestsOf(FRIDAY, manyRequests(5))], replace);

    expect(daysOf(tableau)).toEqual({ [MONDAY]: 3, [FRIDAY]: 5 });
    expect(callsOf(tableau, /^PATCH/)).toEqual([]);
  });

  it('on another server, where the job goes elsewhere', async () => {
    const { run, said } = await publishing();
    const other = await publishing();
    await run([requestsOf(MONDAY, manyRequests(3, MONDAY))]);

    await run([requestsOf(FRIDAY, manyRequests(4))], { settings: { url: other.tableau.url } });

    expect(daysOf(other.tableau)).toEqual({ [MONDAY]: 3, [FRIDAY]: 4 });
    expect(said).toEqual([]);
  });
});

it('a folder that was lost: its days are put in place of those there, and older ones stay', async () => {
  const { tableau, run, cwd, said } = await publishing();
  await run([requestsOf(MONDAY, manyRequests(3, MONDAY)), requestsOf(FRIDAY, manyRequests(4))]);
  source(tableau, 'requests').calculatedFields.push('Profit');
  await rm(join(cwd, 'published'), { recursive: true });

  await run([requestsOf(FRIDAY, manyRequests(6))]);

  expect(daysOf(tableau)).toEqual({ [MONDAY]: 3, [FRIDAY]: 6 });
  expect(source(tableau, 'requests').calculatedFields).toEqual(['Profit']);
  expect(said.join('\n')).toContain('is none that is known to have been published from here');
});

it('a data source that was made anew by somebody else gets every day that is kept', async () => {
  const { tableau, run, said } = await publishing();
  await run([requestsOf(MONDAY, manyRequests(3, MONDAY)), requestsOf(FRIDAY, manyRequests(4))], ONE_STREAM);
  const { id, ...published } = source(tableau, 'requests');
  tableau.site.dataSources.delete(id);
  tableau.site.dataSources.set('another', { ...published, id: 'another', rows: [] });

  await run([], ONE_STREAM);

  expect(daysOf(tableau)).toEqual({ [MONDAY]: 3, [FRIDAY]: 4 });
  expect(said.join('\n')).toContain('is none that is known to have been published from here');
});

describe('what a run that ended early has begun', () => {
  const noted = async (cwd: string, begun: object) => {
    const path = join(cwd, 'published/.published/requests.json');
    const state = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...state, begun }));
  };

  it('is waited for: the job of a publish, which is then done again', async () => {
    const { tableau, run, cwd } = await publishing();
    await run([requestsOf(FRIDAY, manyRequests(4))], ONE_STREAM);
    const before = tableau.calls.length;
    await noted(cwd, { publish: true, job: 'job-1' });

    await run([], ONE_STREAM);

    const calls = tableau.calls.slice(before);
    expect(calls.indexOf('GET /jobs/job-1')).toBeGreaterThan(0);
    expect(calls.indexOf('GET /jobs/job-1')).toBeLessThan(calls.indexOf('POST /datasources'));
    expect(daysOf(tableau)).toEqual({ [FRIDAY]: 4 });
  });

  it('is asked for by its request, which does nothing where the server never got it', async () => {
    const { tableau, run, cwd } = await publishing();
    await run([requestsOf(FRIDAY, manyRequests(4))], ONE_STREAM);
    await noted(cwd, { requestId: 'never-arrived' });

    await run([], ONE_STREAM);
    await run([], ONE_STREAM);

    expect([...tableau.site.updates.keys()]).toEqual(['never-arrived']);
    expect(callsOf(tableau, /^PATCH/)).toHaveLength(1);
    expect(daysOf(tableau)).toEqual({ [FRIDAY]: 4 });
  });
});

it('a table without a row is published with its first one', async () => {
  const { tableau, run } = await publishing();
  await run([requestsOf(MONDAY, [])]);
  expect(tableau.site.dataSources.size).toBe(0);

  await run([requestsOf(FRIDAY, rowsOf('requests'))]);

  expect([...tableau.site.dataSources.values()].map(({ name }) => name).sort()).toEqual([
    'Deepgram requests',
    'Deepgram requests_features',
    'Deepgram requests_models',
    'Deepgram requests_tags',
  ]);
});

it('a file that is too large for one request goes in pieces', async () => {
  const { tableau, run } = await publishing({ requestBytes: 30_000 });
  const rows = manyRequests(3_000);

  await run([requestsOf(FRIDAY, rows)], { ...ONE_STREAM, limits: { chunkBytes: 20_000 } });

  expect(daysOf(tableau)).toEqual({ [FRIDAY]: 3_000 });
  expect(callsOf(tableau, /^PUT/).length).toBeGreaterThan(1);
});

function source({ site }: Tableau, table: string): StoredDataSource {
  const found = [...site.dataSources.values()].find(({ name }) => name === `Deepgram ${table}`);
  if (found === undefined) throw new Error(`${table} is not published`);
  return found;
}

/** How many rows of each day are there. */
function daysOf(tableau: Tableau, table = 'requests'): Readonly<Record<string, number>> {
  const days: Record<string, number> = {};
  for (const { date } of source(tableau, table).rows) {
    const day = String(date).slice(0, 10);
    days[day] = (days[day] ?? 0) + 1;
  }
  return days;
}
