import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import {
  dashboardFile,
  datadogAssets,
  monitorFiles,
} from '../../../../connectors/datadog/install/assets/datadog-assets.js';
import { DEFAULT_LIMITS } from '../../../../connectors/datadog/install/assets/monitor-limits.js';
import { isJsonObject, type Json, type JsonObject } from '../../../../src/encode/json-object.js';

const CONTRACT = new URL(
  '../../../../../shared/contract/datadog-v1-dashboards-monitors.openapi.json',
  import.meta.url,
);
const FILES = [
  ['Dashboard', 'dashboard', dashboardFile],
  ...Object.entries(monitorFiles).map(([name, file]) => ['Monitor', name, file] as const),
] as const;
const FILLED = datadogAssets({
  prefix: 'voice',
  tags: ['env:prod'],
  ...DEFAULT_LIMITS,
  every: 3_600_000,
}).map(({ kind, name, body }) => [kind === 'dashboard' ? 'Dashboard' : 'Monitor', name, body] as const);

describe('the schema that Datadog publishes', () => {
  const present = existsSync(CONTRACT);
  if (!present)
    process.stdout.write('Skipped: the published schema of dashboards is not beside the repository.\n');

  it.runIf(present).each(FILES)('of a %s takes the file %s', async (schema, _, body) => {
    const validate = await validatorOf(schema);

    expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  });

  it.runIf(present).each(FILLED)('of a %s takes %s as it is installed', async (schema, _, body) => {
    const validate = await validatorOf(schema);

    expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  });

  it.runIf(present)('names every property of every widget', async () => {
    const schemas = await schemasOf();
    const unknown = widgetsIn(dashboardFile).flatMap((definition) => {
      const { properties } = definitionOf(schemas, String(definition.type));
      return Object.keys(definition).filter((name) => !(name in properties));
    });

    expect(unknown).toEqual([]);
  });

  it.runIf(present)('would not take a faulty widget', async () => {
    const validate = await validatorOf('Dashboard');
    const widgets = [{ definition: { type: 'query_value', requests: 'none' } }];

    expect(validate({ ...dashboardFile, widgets })).toBe(false);
  });
});

it('no two widgets lie over each other, and none leaves the twelve columns', () => {
  const layers = [dashboardFile.widgets, ...groups().map((group) => group.widgets)].map(listOf);

  const taken = layers.map((widgets) => widgets.flatMap(cellsOf));

  expect(taken.map((cells) => cells.length)).toEqual(taken.map((cells) => new Set(cells).size));
  expect(taken.flat().filter((cell) => Number(cell.split(',')[0]) > 11)).toEqual([]);
});

it('a group is as high as what is in it', () => {
  const wrong = listOf(dashboardFile.widgets).filter(({ layout, definition }) => {
    const inside = listOf(objectOf(definition).widgets).map(({ layout: inner }) => bottomOf(objectOf(inner)));
    return Number(objectOf(layout).height) !== Math.max(...inside) + 1;
  });

  expect(wrong).toEqual([]);
});

it('every variable of the dashboard is used, and every one that is used is there', () => {
  const used = JSON.stringify(dashboardFile.widgets).match(/\$[a-z_]+/g) ?? [];
  const declared = listOf(dashboardFile.template_variables).map(({ name }) => `$${name}`);

  expect([...new Set(used)].sort()).toEqual(declared.sort());
});

it('every graph has a title, and the groups come in the order of their importance', () => {
  const untitled = widgetsIn(dashboardFile).filter(({ type, title }) => type !== 'note' && !title);

  expect(untitled).toEqual([]);
  expect(groups().map(({ title }) => title)).toEqual([
    'Overview',
    'Latency',
    'Errors',
    'Usage',
    'Cost',
    'Keys and tags',
    'The export itself',
  ]);
});

it('no file names a person to notify', () => {
  expect(JSON.stringify([dashboardFile, monitorFiles])).not.toContain('@');
});

async function validatorOf(schema: string): Promise<ValidateFunction> {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  const document = JSON.parse(await readFile(CONTRACT, 'utf8'), withoutBareNullable);
  return ajv.addSchema(document, 'datadog').compile({ $ref: `datadog#/components/schemas/${schema}` });
}

/** Ajv wants a `type` beside `nullable`; some of Datadog's have none. */
function withoutBareNullable(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value) || 'type' in value) return value;
  const { nullable: __, ...rest } = value;
  return rest;
}

type Schemas = Readonly<Record<string, { readonly properties?: object; readonly enum?: readonly unknown[] }>>;

async function schemasOf(): Promise<Schemas> {
  return JSON.parse(await readFile(CONTRACT, 'utf8')).components.schemas;
}

/** The schema of the widget with this `type`. */
function definitionOf(schemas: Schemas, type: string): { readonly properties: object } {
  const [name] =
    Object.entries(schemas).find(
      ([schema, { enum: types }]) => schema.endsWith('WidgetDefinitionType') && types?.includes(type),
    ) ?? [];
  return { properties: schemas[name?.replace(/Type$/, '') ?? '']?.properties ?? {} };
}

function groups(): readonly JsonObject[] {
  return listOf(dashboardFile.widgets).map(({ definition }) => objectOf(definition));
}

/** The definitions of all widgets, of groups and of those inside. */
function widgetsIn({ widgets }: JsonObject): readonly JsonObject[] {
  return listOf(widgets).flatMap(({ definition }) => [
    objectOf(definition),
    ...widgetsIn(objectOf(definition)),
  ]);
}

function cellsOf({ layout }: JsonObject): readonly string[] {
  const { x, y, width, height } = objectOf(layout);
  const columns = Array.from({ length: Number(width) }, (_, i) => Number(x) + i);
  return columns.flatMap((column) =>
    Array.from({ length: Number(height) }, (_, i) => `${column},${Number(y) + i}`),
  );
}

function bottomOf({ y, height }: JsonObject): number {
  return Number(y) + Number(height);
}

function listOf(json: Json | undefined): readonly JsonObject[] {
  return Array.isArray(json) ? json.filter(isJsonObject) : [];
}

function objectOf(json: Json | undefined): JsonObject {
  return isJsonObject(json) ? json : {};
}
