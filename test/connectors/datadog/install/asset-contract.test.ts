import { beforeAll, describe, expect, it } from 'vitest';
import {
  dashboardFile,
  datadogAssets,
  monitorFiles,
} from '../../../../connectors/datadog/install/assets/datadog-assets.js';
import { DEFAULT_LIMITS } from '../../../../connectors/datadog/install/assets/monitor-limits.js';
import { isJsonObject, type Json, type JsonObject } from '../../../../src/text/json-object.js';
import { type Contract, ownContract, publishedContract, SETUP_MS } from '../../../contract/contract.js';

const PUBLISHED = publishedContract('datadog-v1-dashboards-monitors.openapi.json');
const CONTRACTS: readonly (readonly [name: string, dashboards: Contract, monitors: Contract])[] = [
  ['our own schema', ownContract('datadog-dashboards'), ownContract('datadog-monitors')],
  [PUBLISHED.name, PUBLISHED, PUBLISHED],
];
const FILES = [
  ['Dashboard', 'dashboard', dashboardFile],
  ...Object.entries(monitorFiles).map(([name, file]) => ['Monitor', name, file] as const),
] as const;
const FILLED = datadogAssets({
  prefix: 'voice',
  tags: ['env:prod'],
  ...DEFAULT_LIMITS,
  every: 3_600_000,
  dailyBudget: 0.5,
  monthlyBudget: 4_000,
  deadTasks: 0,
}).map(({ kind, name, body }) => [kind === 'dashboard' ? 'Dashboard' : 'Monitor', name, body] as const);

describe.each(CONTRACTS)('%s', (_, dashboards, monitors) => {
  const { present } = dashboards;
  const errorsOf = (kind: 'Dashboard' | 'Monitor', body: unknown) =>
    (kind === 'Dashboard' ? dashboards : monitors).errorsOf(kind, body);
  // What Datadog publishes of dashboards is large.
  beforeAll(() => {
    if (present) for (const kind of ['Dashboard', 'Monitor'] as const) errorsOf(kind, {});
  }, SETUP_MS);

  it.runIf(present).each(FILES)('of a %s takes the file %s', (kind, _, body) => {
    expect(errorsOf(kind, body)).toEqual([]);
  });

  it.runIf(present).each(FILLED)('of a %s takes %s as it is installed', (kind, _, body) => {
    expect(errorsOf(kind, body)).toEqual([]);
  });

  it.runIf(present)('would not take a faulty widget', () => {
    const [widget] = listOf(dashboardFile.widgets);
    const faulty = { ...widget, definition: { ...objectOf(widget?.definition), titel: 'misspelt' } };

    expect(errorsOf('Dashboard', { ...dashboardFile, widgets: [faulty] })).not.toEqual([]);
  });

  it.runIf(present)('would not take a faulty monitor', () => {
    const [monitor] = Object.values(monitorFiles);

    expect(errorsOf('Monitor', { ...monitor, querry: 'misspelt' })).not.toEqual([]);
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

it('no graph of cost is empty for an account without a cost per request: billing is in it', () => {
  const ofCost = widgetsIn(dashboardFile).filter(
    ({ type, ...widget }) => type !== 'group' && JSON.stringify(widget).includes('deepgram.requests.cost'),
  );

  const withBilling = ofCost.filter((widget) => JSON.stringify(widget).includes('deepgram.billing.'));

  expect(ofCost.map(({ title }) => title)).toHaveLength(2);
  expect(withBilling).toEqual(ofCost);
});

it('no file names a person to notify', () => {
  expect(JSON.stringify([dashboardFile, monitorFiles])).not.toContain('@');
});

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
