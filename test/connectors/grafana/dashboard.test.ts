import { describe, expect, it } from 'vitest';
import { dashboardAsset, dashboardFile } from '../../../connectors/grafana/assets/dashboard-asset.js';
import { deepgramDashboard } from '../../../connectors/grafana/dashboard/dashboard.js';
import { textsIn } from '../../../src/text/json-texts.js';
import type { Dashboard, Panel } from './month.js';

const FILE = dashboardFile as unknown as Dashboard;
const PANELS = FILE.panels.filter(({ type }) => type !== 'row');

it('the committed dashboard is what its source makes; `npm run dashboard` writes it', () => {
  expect(dashboardFile).toEqual(JSON.parse(JSON.stringify(deepgramDashboard())));
});

it('is of the classic form, in UTC, found again by its uid, and asks the data source that is chosen in it', () => {
  expect(dashboardFile).toMatchObject({
    schemaVersion: 42,
    timezone: 'utc',
    uid: 'deepgram-export',
    id: null,
  });
  const sources = [...textsIn(dashboardFile)].filter(([, name]) => name === 'uid').map(([uid]) => uid);
  expect(new Set(sources)).toEqual(new Set(['deepgram-export', '${datasource}']));
  expect(dashboardFile).not.toHaveProperty('__inputs');
});

it('has rows from "is it all right?" to "which request was it?", and no more panels than people read', () => {
  expect(FILE.panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
    'Now',
    'Cost',
    'Usage',
    'Quality',
    'Requests',
    'Does it add up',
    'Queue',
  ]);
  expect(PANELS.length).toBeLessThanOrEqual(24);
  expect(new Set(FILE.panels.map(({ id }) => id)).size).toBe(FILE.panels.length);
});

describe.each(PANELS.map((panel) => [panel.title, panel] as const))('%s', (_, panel) => {
  it('says what it shows, in which unit, what narrows it, and why it is empty', () => {
    const { title, description = '', fieldConfig, targets = [] } = panel;

    expect(title).toMatch(/^[A-Z]/);
    expect(description).toMatch(/^[A-Z].*\. (Narrowed by .*|No variable narrows it)\.$/);
    expect(fieldConfig?.defaults.unit).toMatch(/./);
    expect(fieldConfig?.defaults.noValue).toMatch(/ /);
    expect(targets).toHaveLength(1);
  });
});

it('panels lie beside and below each other, and none on another', () => {
  const fields = FILE.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );

  expect(new Set(fields).size).toBe(fields.length);
  expect(FILE.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
});

describe('of another schema', () => {
  it('has its name in every query, whatever is in it, and that of its queue in those about it', () => {
    const schemas = { schema: 'a "b"', queue: 'c_queue' };
    const panels = (dashboardAsset(schemas, '1.2.3') as unknown as Dashboard).panels;

    const before = queriesOf(FILE.panels).map((sql) =>
      sql.replaceAll('"deepgram".', '"a ""b""".').replaceAll("'deepgram_state_queue'", "'c_queue'"),
    );
    expect(queriesOf(panels)).toEqual(before);
    expect(before.filter((sql) => !sql.includes('"a ""b""".'))).toEqual([
      expect.stringContaining("nspname = 'c_queue'"),
    ]);
  });
});

it('leaves out what reads tables that are not there, and a row that would have nothing', () => {
  const isThere = (table: string) => !/^requests|^reconciliation$/.test(table);
  const schemas = { schema: 'deepgram', queue: undefined };
  const { panels, tags } = dashboardAsset(schemas, '1.2.3', isThere) as unknown as Dashboard;

  expect(tags).toContain('deepgram-export 1.2.3');
  expect(panels.map(({ title }) => title)).toEqual([
    'Now',
    'Cost this month',
    'Projected month',
    'Balance',
    'Last export',
    'Cost',
    'Cost a day by line item',
    'This week against last',
    'Cost by API key',
    'Cost by tags',
    'Cost by project',
  ]);
});

function queriesOf(panels: readonly Panel[]): readonly string[] {
  return panels.flatMap(({ targets = [] }) => targets.map(({ rawSql }) => rawSql));
}
