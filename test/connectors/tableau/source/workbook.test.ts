import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projects } from '../../../../connectors/deepgram/streams/account.js';
import { billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../../connectors/deepgram/streams/usage.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { hasTableauSchema, schemaErrors } from '../../../contract/tableau-schema.js';
import { newFolder, pathsOf, readText, run, usageOf } from '../tableau-folder.js';
import { childrenOf, EVERYTHING, HOSTILE, TableauDocument } from './documents.js';

const WORKBOOK = { workbook: true } as const;
const hasUnzip = spawnSync('unzip', ['-v']).error === undefined;
if (!hasUnzip) process.stdout.write('Skipped: unzip is not installed.\n');

/** What is in the `deepgram.twbx` of these streams. */
async function opened(...streams: readonly Stream[]): Promise<string> {
  const [folder, target] = [await newFolder(), await newFolder()];
  await run(folder, { ...WORKBOOK, streams }, [usageOf('p1', '2026-11-20', 1)]);
  expect(spawnSync('unzip', ['-q', join(folder, 'deepgram.twbx'), '-d', target]).status).toBe(0);
  return target;
}

const BY_ITEM = billingBy(['line_item']);
const SHEETS = ['Cost by Day and Line Item', 'Cost by Key and Tag', 'Errors and Latency'];

it('is not written unless it is asked for', async () => {
  const folder = await newFolder();

  await run(folder, { streams: EVERYTHING }, []);

  expect((await pathsOf(folder)).filter((path) => /\.twbx?$/.test(path))).toEqual([]);
});

it.runIf(hasUnzip)('has the tables with it, where its data source looks for them', async () => {
  const folder = await opened(...EVERYTHING);

  const workbook = await TableauDocument.read(folder, 'deepgram.twb');
  const connections = workbook.at(
    ...['datasources', 'datasource', 'connection', 'named-connections', 'named-connection', 'connection'],
  );
  const files = connections.map(({ directory, filename }) => `${directory}/${filename}`);
  expect((await pathsOf(folder)).toSorted()).toEqual(['deepgram.twb', ...files].sort());
  expect(await readText(folder, 'Data/deepgram/usage.csv')).toContain('2026-11-20');
});

it.runIf(hasUnzip)('has three sheets and a dashboard of them', async () => {
  const workbook = await TableauDocument.read(await opened(...EVERYTHING), 'deepgram.twb');

  const names = (...path: readonly string[]) => workbook.at(...path).map(({ name }) => name);
  expect(names('worksheets', 'worksheet')).toEqual(SHEETS);
  expect(new Set(names('dashboards', 'dashboard', 'zones', 'zone', 'zone'))).toEqual(new Set(SHEETS));
  expect(names('windows', 'window')).toEqual([...SHEETS, 'Deepgram']);
  const shelves = workbook
    .elements('worksheets', 'worksheet', 'table')
    .map((table) =>
      ['rows', 'cols'].map((shelf) =>
        (childrenOf(table, shelf)[0]?.textContent ?? '').replaceAll(/\[federated\.\w+\]\./g, ''),
      ),
    );
  expect(shelves).toEqual([
    ['[sum:cost_usd (billing_by_line_item.csv):qk]', '[none:date (billing_by_line_item.csv):qk]'],
    ['([none:api_key_name:nk] / [none:tag:nk])', '[sum:cost_usd:qk]'],
    ['([usr:Calculation_error_rate:qk] + [usr:Calculation_latency_p95:qk])', '[none:date:qk]'],
  ]);
});

it.runIf(hasUnzip)('refers to no field that it does not have', async () => {
  const workbook = await TableauDocument.read(await opened(...EVERYTHING), 'deepgram.twb');

  const columns = new Set(workbook.at('datasources', 'datasource', 'column').map(({ name }) => name));
  for (const table of workbook.elements('worksheets', 'worksheet', 'table')) {
    const [view] = childrenOf(table, 'view');
    const [dependencies] = view ? childrenOf(view, 'datasource-dependencies') : [];
    if (dependencies === undefined) throw new Error('There are no dependencies.');
    const named = (name: string, attribute: string) =>
      childrenOf(dependencies, name).map((one) => one.getAttribute(attribute) ?? '');
    const used = new Set(
      [...table.toString().matchAll(/\[federated\.\w+\]\.(\[[^\]]+\])/g)].map(([, instance]) => instance),
    );
    expect(named('column', 'name').filter((name) => !columns.has(name))).toEqual([]);
    expect(named('column-instance', 'column').toSorted()).toEqual(named('column', 'name').sort());
    expect(new Set(named('column-instance', 'name'))).toEqual(used);
  }
});

it.runIf(hasUnzip)('has the sheets whose tables are there, and is not there without any', async () => {
  const sheetsOf = async (...streams: readonly Stream[]) =>
    (await TableauDocument.read(await opened(...streams), 'deepgram.twb'))
      .at('worksheets', 'worksheet')
      .map(({ name }) => name);
  const folder = await newFolder();

  await run(folder, { ...WORKBOOK, streams: [projects, usage] }, []);

  expect(await pathsOf(folder)).not.toContain('deepgram.twbx');
  expect(await sheetsOf(BY_ITEM)).toEqual(SHEETS.slice(0, 1));
  expect(await sheetsOf(billingBy(['line_item', 'tags']))).toEqual(SHEETS.slice(0, 1));
  expect(await sheetsOf(requests)).toEqual(SHEETS.slice(1));
});

it.runIf(hasUnzip && hasTableauSchema())('fits Tableau’s published schema', async () => {
  const all = [
    EVERYTHING,
    [...EVERYTHING, HOSTILE],
    [BY_ITEM],
    [requests],
    ...EVERYTHING.map((stream) => EVERYTHING.filter((other) => other !== stream)),
  ];
  const files: string[] = [];
  for (const streams of all) files.push(join(await opened(...streams), 'deepgram.twb'));

  expect(schemaErrors(files)).toEqual([]);
});
