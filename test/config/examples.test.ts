import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { connectors } from '../../connectors/connectors.js';
import { starterConfig } from '../../connectors/init/starter-config.js';
import { configJsonSchema, configJsonSchemaText } from '../../src/config/settings/json-schema.js';
import { load as loadConfig, loadText } from './load-text.js';

const folder = fileURLToPath(new URL('../../config/', import.meta.url));
const examples = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const env = {
  DEEPGRAM_API_KEY: 'dg-key-for-tests',
  DD_API_KEY: 'dd-key-for-tests',
  DD_APP_KEY: 'dd-app-key-for-tests',
  TABLEAU_TOKEN: 'tableau-token-for-tests',
  DATABASE_URL: 'postgres://writer:password-for-tests@db.example.com/analytics',
};
const load = (file: string) => loadConfig({ file, cwd: folder, env, mode: 'resolve' });

describe.each(examples)('%s', (file) => {
  test('is right, with and without the environment', async () => {
    const resolved = await load(file);
    const structure = await loadConfig({ file, cwd: folder, env: {}, mode: 'structure' });

    expect(structure.sinks.map(({ name }) => name)).toEqual(resolved.sinks.map(({ name }) => name));
    expect(resolved.secrets[0]?.reveal()).toBe('dg-key-for-tests');
  });

  test('tells editors its schema in the first line', async () => {
    const text = await readFile(`${folder}${file}`, 'utf8');

    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/deepgram-export\.schema\.json\n/);
  });

  test('fits the JSON Schema', async () => {
    const validate = new Ajv({ allErrors: true }).compile(configJsonSchema(connectors));

    validate(parse(await readFile(`${folder}${file}`, 'utf8')));

    expect(validate.errors).toBeNull();
  });
});

describe('what the examples show', () => {
  test('tableau.yaml: CSV files', async () => {
    const job = await load('tableau.yaml');

    expect(job.sinks).toMatchObject([{ name: 'tableau', type: 'tableau-csv', required: true }]);
    expect(job.streams).toHaveLength(17);
  });

  test('tableau-publish.yaml: data sources', async () => {
    const job = await load('tableau-publish.yaml');

    expect(job.sinks).toMatchObject([{ name: 'published', type: 'tableau-publish', deadlineMs: 3_600_000 }]);
    expect(job.secrets.map((secret) => secret.reveal())).toContain('tableau-token-for-tests');
  });

  test('datadog.yaml: metrics, and no calls for what has no numbers', async () => {
    const job = await load('datadog.yaml');

    expect(job.sinks).toMatchObject([{ name: 'datadog', type: 'datadog-metrics' }]);
    const names = job.streams.map(({ name }) => name);
    expect(names).not.toContain('api_keys');
    expect(names).not.toContain('purchases');
  });

  test('datadog-logs.yaml: the request log', async () => {
    const job = await load('datadog-logs.yaml');

    expect(job.sinks).toMatchObject([
      {
        name: 'logs',
        type: 'datadog-logs',
        destination: 'datadog-logs https://http-intake.logs.datadoghq.com',
      },
    ]);
  });

  test('datadog-costs.yaml: one stream of billing, and no calls for others', async () => {
    const job = await load('datadog-costs.yaml');

    expect(job.sinks).toMatchObject([{ name: 'costs', type: 'datadog-costs' }]);
    expect(job.streams.map(({ name }) => name)).toEqual([
      'billing',
      'billing_by_line_item_tags',
      'reconciliation',
    ]);
  });

  test('postgres.yaml: tables of all streams', async () => {
    const job = await load('postgres.yaml');

    expect(job.sinks).toMatchObject([
      { name: 'database', type: 'postgres', destination: 'postgres db.example.com:5432/analytics deepgram' },
    ]);
    expect(job.secrets.map((secret) => secret.reveal())).toContain('password-for-tests');
  });

  test('all-sinks.yaml: every setting of every sink that is not for tests', async () => {
    const { sinks } = parse(await readFile(`${folder}all-sinks.yaml`, 'utf8'));
    const shared = ['streams', 'required', 'deadline', 'missing'];

    expect(Object.keys(sinks.tableau)).toEqual([
      'type',
      'path',
      'layout',
      'preset',
      'bom',
      'escape_formulas',
      'source',
      'package',
      'workbook',
    ]);
    expect(Object.keys(sinks.archive)).toEqual(['type', 'path', 'compression']);
    expect(Object.keys(sinks.datadog)).toEqual([
      'type',
      'api_key',
      'site',
      'prefix',
      'tags',
      'interval',
      'dimensions',
      'max_series',
      'historical',
      ...shared,
    ]);
    expect(Object.keys(sinks.logs)).toEqual(['type', 'api_key', 'site', 'service', 'tags', 'sample', 'late']);
    expect(Object.keys(sinks.costs)).toEqual(['type', 'api_key', 'app_key', 'site', 'breakdown', 'tags']);
    expect(Object.keys(sinks.database)).toEqual(['type', 'url', 'schema', 'keep', 'migrate']);
    const job = await load('all-sinks.yaml');
    expect(job.sinks.find(({ name }) => name === 'datadog')).toMatchObject({
      required: false,
      deadlineMs: 300_000,
    });
  });

  test('starter.yaml: what init writes', async () => {
    const job = await loadText(starterConfig([]), { env });

    expect(starterConfig([])).toBe(await readFile(`${folder}starter.yaml`, 'utf8'));
    expect(job.sinks.map(({ type }) => type)).toEqual(['tableau-csv', 'ndjson']);
  });
});

describe('the JSON Schema', () => {
  test('of the repository is the one of the code', async () => {
    const file = await readFile(`${folder}deepgram-export.schema.json`, 'utf8');

    expect(file, 'Run `npm run schema` and keep what it writes.').toBe(configJsonSchemaText(connectors));
  });

  test.each([
    ['an unknown key', { extra: 1 }],
    ['another version', { version: 2 }],
    ['an unknown type', { sinks: { a: { type: 'csv', path: 'x' } } }],
    ['a setting of another sink', { sinks: { a: { type: 'ndjson', path: 'x', layout: 'daily' } } }],
    ['no sink', { sinks: {} }],
    ['a duration without a unit', { sinks: { a: { type: 'ndjson', path: 'x', deadline: '60' } } }],
    ['a window in words', { window: { since: 'yesterday' } }],
  ])('refuses %s', (_, change) => {
    const validate = new Ajv().compile(configJsonSchema(connectors));
    const source = { type: 'deepgram', api_key: 'x' };
    const sinks = { a: { type: 'ndjson', path: 'x' } };

    const [before, after] = [
      validate({ version: 1, source, sinks }),
      validate({ version: 1, source, sinks, ...change }),
    ];

    expect([before, after]).toEqual([true, false]);
  });

  test('describes every setting', () => {
    expect(undescribed(configJsonSchema(connectors), '')).toEqual([]);
  });
});

/** The paths of properties without a description, the `type` of a sink excepted: its value says it. */
function undescribed(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => {
    const here = `${path}/${key}`;
    const isProperty = path.endsWith('/properties');
    const isSilent = isProperty && key !== 'type' && !('description' in inner);
    return [...(isSilent ? [here] : []), ...undescribed(inner, here)];
  });
}
