import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { DASHBOARD_UID } from '../assets/identity.js';
import { DATA_SOURCE, hasTime, query } from './query.js';
import { VARIABLES, type Variable } from './sql.js';

/** Safe for colour-blind eyes (Okabe and Ito); a failure is never a series' colour. */
export const COLORS = {
  blue: '#0072b2',
  orange: '#e69f00',
  green: '#009e73',
  pink: '#cc79a7',
  sky: '#56b4e9',
  vermilion: '#d55e00',
  rest: '#9aa0a6',
  failure: '#c62828',
} as const;

/** What every panel has. */
export interface PanelText {
  readonly title: string;
  /** What it shows, and where it differs from the bill; the variables that narrow it are added. */
  readonly description: string;
  /** As Grafana calls it. */
  readonly unit: string;
  readonly decimals?: number;
  /** What is said where there are no rows. */
  readonly empty: string;
  readonly sql: string;
  /** Of the 24 columns. */
  readonly width: number;
  readonly height?: number;
}

/** Values from which another colour says what a number does. */
type Steps = readonly (readonly [from: number | null, color: string])[];

/** A number a column, with a line of how it came to be where its rows have a time. */
export function stat(
  text: PanelText & {
    /** Of several rows: their sum or the last one. */
    readonly of?: 'sum' | 'last';
    readonly steps?: Steps;
    /** Columns that differ from the panel. */
    readonly columns?: Readonly<Record<string, { readonly unit?: string; readonly steps: Steps }>>;
  },
): Stat {
  const { of = 'last', steps = [[null, COLORS.blue]], columns = {} } = text;
  const panel = described(new Stat(), { height: 4, ...text })
    .withTarget(query(text.sql))
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs([of === 'sum' ? 'sum' : 'lastNotNull']))
    .graphMode(hasTime(text.sql) ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .thresholds(thresholds(steps));
  for (const [column, { unit, steps }] of Object.entries(columns)) {
    panel.overrideByName(column, [
      ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
      { id: 'thresholds', value: thresholds(steps).build() },
    ]);
  }
  return panel;
}

function thresholds(steps: Steps): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}

/** Lines or stacked bars over time. */
export function overTime(
  text: PanelText & {
    readonly as: 'lines' | 'stacked bars';
    readonly colors?: Readonly<Record<string, string>>;
  },
): TimeSeries {
  const isStacked = text.as === 'stacked bars';
  const panel = described(new TimeSeries(), text)
    .withTarget(query(text.sql))
    .drawStyle(isStacked ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .fillOpacity(isStacked ? 80 : 0)
    .lineWidth(isStacked ? 0 : 2)
    .stacking(
      new common.StackingConfigBuilder().mode(
        isStacked ? common.StackingMode.Normal : common.StackingMode.None,
      ),
    )
    .showPoints(isStacked ? common.VisibilityMode.Never : common.VisibilityMode.Auto)
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassicByName))
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    );
  if (isStacked) panel.min(0);
  for (const [name, color] of Object.entries({ other: COLORS.rest, ...text.colors }))
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }]);
  return panel;
}

/** Horizontal bars, one a row of `item` and `value`, each with a link to this dashboard for its `id` alone. */
export function shares(text: PanelText & { readonly narrows: Variable }): BarGauge {
  const others = (['project', 'api_key', 'tag'] as const).filter((name) => name !== text.narrows);
  const parameters = [
    '${__url_time_range}',
    '${datasource:queryparam}',
    ...others.map((name) => `\${${name}:queryparam}`),
    `var-${text.narrows}=\${__data.fields.id:percentencode}`,
  ];
  return described(new BarGauge(), text)
    .withTarget(query(text.sql))
    .displayName('${__data.fields.item}')
    .dataLinks([
      new dashboard.DashboardLinkBuilder('Its requests').url(`/d/${DASHBOARD_UID}?${parameters.join('&')}`),
    ])
    .reduceOptions(new common.ReduceDataOptionsBuilder().values(true).calcs(['lastNotNull']).limit(20))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .valueMode(common.BarGaugeValueMode.Text)
    .showUnfilled(false)
    .min(0)
    .colorScheme(
      new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Fixed).fixedColor(COLORS.blue),
    );
}

/** Groups of bars side by side, a group a row; the first column names it. */
export function groups(
  text: PanelText & { readonly by: string; readonly colors: Readonly<Record<string, string>> },
): BarChart {
  const panel = described(new BarChart(), text)
    .withTarget(query(text.sql))
    .xField(text.by)
    .orientation(common.VizOrientation.Vertical)
    .fillOpacity(80)
    .min(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    );
  for (const [name, color] of Object.entries(text.colors))
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }]);
  return panel;
}

/** Rows as they are; `units` of columns that differ from the panel's. */
export function rows(text: PanelText & { readonly units?: Readonly<Record<string, string>> }): Table {
  const panel = described(new Table(), text).withTarget(query(text.sql)).filterable(true);
  for (const [column, unit] of Object.entries(text.units ?? {}))
    panel.overrideByName(column, [{ id: 'unit', value: unit }]);
  return panel;
}

type AnyPanel = Stat | TimeSeries | BarGauge | BarChart | Table;

function described<Panel extends AnyPanel>(panel: Panel, text: PanelText): Panel {
  const { title, description, unit, decimals, empty, sql, width, height = 8 } = text;
  panel
    .title(title)
    .description(`${description} ${narrowedBy(sql)}`)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .noValue(empty)
    .span(width)
    .height(height);
  if (decimals !== undefined) panel.decimals(decimals);
  return panel;
}

/** Which of the variables have a say, read from the query itself. */
function narrowedBy(sql: string): string {
  const labels = Object.entries(VARIABLES).flatMap(([name, label]) =>
    sql.includes(`\${${name}:`) ? [label] : [],
  );
  if (labels.length === 0) return 'No variable narrows it.';
  const last = labels.at(-1);
  return `Narrowed by ${labels.length === 1 ? last : `${labels.slice(0, -1).join(', ')} and ${last}`}.`;
}
