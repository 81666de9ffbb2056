import { dataSource, digest } from './data-source.js';
import { PACKAGED_FOLDER, SOURCE_NAME } from './documents.js';
import { type Pill, type Sheet, type Shelf, sheetsOf } from './sheets.js';
import { qualified } from './source-fields.js';
import type { SourceTable } from './source-table.js';
import { textFiles } from './text-files.js';
import { element, type XmlElement, xmlDocument } from './xml.js';

/**
 * `deepgram.twb`: the data source, a sheet for each question that its tables answer, and a dashboard of them. Undefined
 * where they answer none.
 *
 * It is a document of Tableau 2026.1, the first whose schema is published: earlier ones refuse `explain-data`, which that
 * schema demands.
 */
export function workbook(tables: readonly SourceTable[]): string | undefined {
  const source = dataSource(tables, textFiles(PACKAGED_FOLDER));
  const sheets = sheetsOf(source);
  if (sheets.length === 0) return undefined;
  const root = {
    'original-version': VERSION,
    'source-build': '2026.1.0',
    'source-platform': 'win',
    version: VERSION,
  };
  return xmlDocument(
    element('workbook', root, [
      element('document-format-change-manifest', {}, [element('ManifestByVersion')]),
      element('preferences'),
      element('datasources', {}, [
        element(
          'datasource',
          { caption: CAPTION, inline: 'true', name: SOURCE_NAME, version: VERSION },
          source.children,
        ),
      ]),
      element('worksheets', {}, sheets.map(worksheet)),
      element('dashboards', {}, [dashboard(sheets)]),
      element('windows', { 'source-height': '30' }, [...sheets.map(sheetWindow), dashboardWindow(sheets)]),
      element('explain-data', { 'enabled-for-viewer': 'false', 'extreme-values-enabled-for-all': 'false' }, [
        element('explanation-types'),
      ]),
    ]),
  );
}

const VERSION = '26.1';
const CAPTION = 'Deepgram';
const DASHBOARD = 'Deepgram';

function worksheet({ name, mark, rows, columns, color }: Sheet): XmlElement {
  const pills = [...rows.pills, ...columns.pills, ...(color ? [color] : [])];
  const dependencies = pills.flatMap((pill) => pill.dependencies);
  return element('worksheet', { name }, [
    element('table', {}, [
      element('view', {}, [
        element('datasources', {}, [element('datasource', { caption: CAPTION, name: SOURCE_NAME })]),
        element('datasource-dependencies', { datasource: SOURCE_NAME }, [
          ...dependencies.filter((dependency) => dependency.name === 'column'),
          ...dependencies.filter((dependency) => dependency.name !== 'column'),
        ]),
        element('aggregation', { value: 'true' }),
      ]),
      element('style'),
      element('panes', {}, [
        element('pane', {}, [
          element('view', {}, [element('breakdown', { value: 'auto' })]),
          element('mark', { class: mark }),
          ...(color ? [element('encodings', {}, [element('color', { column: reference(color) })])] : []),
        ]),
      ]),
      element('rows', {}, shelf(rows)),
      element('cols', {}, shelf(columns)),
    ]),
    identifier(`worksheet ${name}`),
  ]);
}

function shelf({ pills, operator }: Shelf): string {
  const all = pills.map(reference).join(` ${operator} `);
  return pills.length > 1 ? `(${all})` : all;
}

function reference({ instance }: Pill): string {
  return qualified(SOURCE_NAME, instance);
}

/** Of the whole dashboard, in the hundred-thousandths that Tableau counts in. */
const WHOLE = 100_000;
const LEGEND = 16_000;

/** The first sheet above, the others side by side below it. */
function dashboard(sheets: readonly Sheet[]): XmlElement {
  const [first, ...others] = sheets;
  const height = others.length > 0 ? WHOLE / 2 : WHOLE;
  const width = Math.floor(WHOLE / Math.max(1, others.length));
  const zones = [
    ...(first ? sheetZones(first, { x: 0, y: 0, w: WHOLE, h: height }) : []),
    ...others.flatMap((sheet, at) => sheetZones(sheet, { x: at * width, y: height, w: width, h: height })),
  ];
  return element('dashboard', { name: DASHBOARD }, [
    element('style'),
    element('size', { 'sizing-mode': 'automatic' }),
    element('zones', {}, [
      element(
        'zone',
        { h: String(WHOLE), id: '1', 'type-v2': 'layout-basic', w: String(WHOLE), x: '0', y: '0' },
        zones.map(({ attributes, ...zone }, at) => ({
          ...zone,
          attributes: { ...attributes, id: String(at + 2) },
        })),
      ),
    ]),
    identifier('dashboard'),
  ]);
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A sheet, and beside it what its colours mean. */
function sheetZones({ name, color }: Sheet, area: Area): readonly XmlElement[] {
  if (color === undefined) return [zone(area, { name })];
  const w = area.w - LEGEND;
  return [
    zone({ ...area, w }, { name }),
    zone(
      { ...area, x: area.x + w, w: LEGEND },
      { name, 'pane-specification-id': '0', param: reference(color), 'type-v2': 'color' },
    ),
  ];
}

function zone({ x, y, w, h }: Area, attributes: XmlElement['attributes']): XmlElement {
  return element('zone', { ...attributes, h: String(h), w: String(w), x: String(x), y: String(y) });
}

function sheetWindow({ name, color }: Sheet): XmlElement {
  const strip = (size: number, ...cards: readonly XmlElement['attributes'][]) =>
    element(
      'strip',
      { size: String(size) },
      cards.map((card) => element('card', card)),
    );
  const legend = color && { 'pane-specification-id': '0', param: reference(color), type: 'color' };
  return element('window', { class: 'worksheet', name }, [
    element('cards', {}, [
      element('edge', { name: 'left' }, [
        strip(160, { type: 'pages' }, { type: 'filters' }, { type: 'marks' }),
      ]),
      element('edge', { name: 'top' }, [
        strip(2_147_483_647, { type: 'columns' }),
        strip(2_147_483_647, { type: 'rows' }),
        strip(31, { type: 'title' }),
      ]),
      ...(legend ? [element('edge', { name: 'right' }, [strip(160, legend)])] : []),
    ]),
    element('viewpoint', {}, [element('zoom', { type: 'entire-view' })]),
    identifier(`window ${name}`),
  ]);
}

function dashboardWindow(sheets: readonly Sheet[]): XmlElement {
  return element('window', { class: 'dashboard', maximized: 'true', name: DASHBOARD }, [
    element(
      'viewpoints',
      {},
      sheets.map(({ name }) => element('viewpoint', { name }, [element('zoom', { type: 'entire-view' })])),
    ),
    element('active', { id: '-1' }),
    identifier('window of the dashboard'),
  ]);
}

function identifier(of: string): XmlElement {
  const [, ...parts] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(digest(of).toUpperCase()) ?? [];
  return element('simple-id', { uuid: `{${parts.join('-')}}` });
}
