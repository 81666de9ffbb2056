import type { Panel } from './month.js';

type Row = Readonly<Record<string, unknown>>;

/** A panel, and the rows that its query gave. */
export interface Drawn {
  readonly panel: Panel & {
    readonly options?: { readonly reduceOptions?: { readonly calcs?: readonly string[] } };
  };
  readonly rows: readonly Row[];
}

const COLUMN = 1240 / 24;
const LINE = 34;
const GAP = 8;
const PALETTE = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];
const REST = '#9aa0a6';
const FAILURE = '#c62828';

/** Pixels that so many lines of the dashboard's grid take. */
export function drawnHeight(lines: number): number {
  return lines * LINE;
}

/**
 * The dashboard as a page, drawn from what its own queries give: not Grafana's drawing, but its layout, its titles, its
 * units and its numbers.
 */
export function drawDashboard(drawn: readonly Drawn[]): string {
  const height = Math.max(...drawn.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Deepgram</title><style>${STYLE}</style>
<main style="height:${drawnHeight(height)}px">${drawn.map(drawPanel).join('\n')}</main></html>\n`;
}

const STYLE = `body{margin:0;background:#f4f5f5;color:#1c2024;font:13px/1.45 system-ui,sans-serif}
main{position:relative;width:1240px}section{position:absolute;box-sizing:border-box;background:#fff;border:1px solid #e3e5e8;padding:6px 10px;overflow:hidden}
h1{position:absolute;margin:0;font-size:18px;padding:4px 8px}h2{margin:0 0 4px;font-size:13px}
.figure{font-size:28px;font-variant-numeric:tabular-nums;margin:8px 0}table{border-collapse:collapse;font-size:11px;white-space:nowrap}
td,th{padding:1px 10px 1px 0;text-align:left}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
.legend{font-size:10px;white-space:nowrap;color:#60656c}.legend b{display:inline-block;width:9px;height:9px;margin:0 4px 0 8px}text{font:11px system-ui,sans-serif;fill:#60656c}
.empty{color:#60656c}`;

function drawPanel({ panel, rows }: Drawn): string {
  const { gridPos, title, type } = panel;
  const [width, height] = [gridPos.w * COLUMN - GAP, gridPos.h * LINE - GAP];
  const place = `left:${Math.round(gridPos.x * COLUMN)}px;top:${gridPos.y * LINE}px`;
  if (type === 'row') return `<h1 style="${place}">${escaped(title)}</h1>`;
  const inner: readonly [width: number, height: number] = [width - 22, height - 56];
  const content =
    rows.length === 0
      ? `<p class="empty">${escaped(panel.fieldConfig?.defaults.noValue ?? '')}</p>`
      : drawRows({ panel, rows }, inner);
  return `<section style="${place};width:${Math.round(width)}px;height:${height}px"><h2>${escaped(title)}</h2>${content}</section>`;
}

function drawRows(drawn: Drawn, size: readonly [number, number]): string {
  switch (drawn.panel.type) {
    case 'stat':
      return drawFigure(drawn, size[0]);
    case 'timeseries':
      return drawSeries(drawn, size);
    case 'bargauge':
      return drawShares(drawn, size);
    case 'barchart':
      return drawGroups(drawn, size);
    case 'table':
      return drawTable(drawn);
    default:
      throw new Error(`no drawing for a panel of the type ${drawn.panel.type}`);
  }
}

function drawFigure({ panel, rows }: Drawn, width: number): string {
  const [name = ''] = Object.keys(rows[0] ?? {}).filter((key) => key !== 'time');
  const values = rows.map((row) => Number(row[name]));
  const isSum = panel.options?.reduceOptions?.calcs?.[0] === 'sum';
  const value = isSum ? values.reduce((sum, one) => sum + one, 0) : (values.at(-1) ?? 0);
  const most = Math.max(...values);
  const points = values.map(
    (one, at) =>
      `${((at * width) / Math.max(1, values.length - 1)).toFixed(1)},${(30 - (28 * one) / most).toFixed(1)}`,
  );
  const line =
    values.length < 2
      ? ''
      : `<svg width="${width}" height="32"><polyline fill="none" stroke="${PALETTE[0]}" stroke-width="1.5" points="${points.join(' ')}"/></svg>`;
  return `<div class="figure">${formatted(value, panel)}</div>${line}`;
}

interface Series {
  readonly name: string;
  readonly values: ReadonlyMap<number, number>;
}

/** Of rows with a `metric`, one for each of these; else one for each column. */
function seriesOf(rows: readonly Row[]): readonly Series[] {
  const found = new Map<string, Map<number, number>>();
  for (const { time, metric, ...values } of rows) {
    for (const [column, value] of Object.entries(values)) {
      const name = metric === undefined ? column : String(metric);
      const series = found.get(name) ?? new Map<number, number>();
      found.set(name, series);
      if (value !== null) series.set(Number(time), Number(value));
    }
  }
  return [...found].map(([name, values]) => ({ name, values }));
}

function drawSeries({ panel, rows }: Drawn, [width, height]: readonly [number, number]): string {
  const series = seriesOf(rows);
  const times = [...new Set(rows.map(({ time }) => Number(time)))].sort((a, b) => a - b);
  const isStacked = /stack|Bars/.test(JSON.stringify(panel.fieldConfig)) && drawsBars(panel);
  const totals = times.map((time) => {
    const values = series.map(({ values }) => values.get(time) ?? 0);
    return isStacked ? values.reduce((sum, one) => sum + one, 0) : Math.max(...values);
  });
  const most = roundUp(Math.max(...totals, 0));
  const left = 76;
  const step = (width - left) / times.length;
  const y = (value: number) => height - 16 - ((height - 24) * value) / most;
  const marks = series.map(({ name, values }, at) => {
    const color = colorOf(panel, name, at);
    if (!isStacked) {
      const points = times.flatMap((time, i) => {
        const value = values.get(time);
        return value === undefined ? [] : `${(left + (i + 0.5) * step).toFixed(1)},${y(value).toFixed(1)}`;
      });
      return `<polyline fill="none" stroke="${color}" stroke-width="2" points="${points.join(' ')}"><title>${escaped(name)}</title></polyline>`;
    }
    return times
      .map((time, i) => {
        const value = values.get(time) ?? 0;
        const below = series.slice(0, at).reduce((sum, one) => sum + (one.values.get(time) ?? 0), 0);
        const title = `${dayOf(time)}, ${name}: ${formatted(value, panel)}`;
        return value === 0
          ? ''
          : `<rect x="${(left + i * step + 1).toFixed(1)}" width="${Math.max(1, step - 2).toFixed(1)}" y="${y(below + value).toFixed(1)}" height="${(y(below) - y(below + value)).toFixed(1)}" fill="${color}"><title>${escaped(title)}</title></rect>`;
      })
      .join('');
  });
  const grid = [0, 0.5, 1].map(
    (part) =>
      `<line x1="${left}" x2="${width}" y1="${y(part * most)}" y2="${y(part * most)}" stroke="#e3e5e8"/><text x="${left - 6}" y="${y(part * most) + 4}" text-anchor="end">${formatted(part * most, panel, 0)}</text>`,
  );
  const labels = times.map((time, i) =>
    new Date(time).getUTCDay() === 1
      ? `<text x="${left + (i + 0.5) * step}" y="${height - 2}" text-anchor="middle">${dayOf(time).slice(5)}</text>`
      : '',
  );
  const legend = series.map(
    ({ name }, at) => `<b style="background:${colorOf(panel, name, at)}"></b>${escaped(name)}`,
  );
  return `<svg role="img" width="${width}" height="${height}"><title>${escaped(panel.title)}</title>${grid.join('')}${marks.join('')}${labels.join('')}</svg><div class="legend">${legend.join('')}</div>`;
}

function drawsBars(panel: Panel): boolean {
  return JSON.stringify(panel.fieldConfig).includes('"drawStyle":"bars"');
}

function drawShares({ panel, rows }: Drawn, [width]: readonly [number, number]): string {
  const most = Math.max(...rows.map(({ value }) => Number(value)));
  const bars = rows.map(({ item, value }, at) => {
    const y = at * 23;
    const length = ((width - 230) * Number(value)) / most;
    return `<text x="150" y="${y + 14}" text-anchor="end">${escaped(shortened(String(item), 21))}</text><rect x="158" y="${y + 3}" width="${Math.max(1, length).toFixed(1)}" height="15" fill="${item === 'other' ? REST : PALETTE[0]}"/><text x="${164 + Math.max(1, length)}" y="${y + 14}">${formatted(Number(value), panel)}</text>`;
  });
  return `<svg role="img" width="${width}" height="${rows.length * 23}"><title>${escaped(panel.title)}</title>${bars.join('')}</svg>`;
}

function drawGroups({ panel, rows }: Drawn, [width, height]: readonly [number, number]): string {
  const [by = '', ...columns] = Object.keys(rows[0] ?? {});
  const most = Math.max(...rows.flatMap((row) => columns.map((column) => Number(row[column]))));
  const step = width / rows.length;
  const color = (at: number) => (at === columns.length - 1 ? PALETTE[0] : REST);
  const bars = rows.flatMap((row, i) => [
    ...columns.map((column, at) => {
      const h = ((height - 24) * Number(row[column])) / most;
      const w = (step - 10) / columns.length;
      return `<rect x="${(i * step + at * w).toFixed(1)}" width="${(w - 1).toFixed(1)}" y="${(height - 18 - h).toFixed(1)}" height="${h.toFixed(1)}" fill="${color(at)}"><title>${escaped(`${row[by]}, ${column}: ${formatted(Number(row[column]), panel)}`)}</title></rect>`;
    }),
    `<text x="${i * step + (step - 10) / 2}" y="${height - 4}" text-anchor="middle">${escaped(String(row[by]))}</text>`,
  ]);
  const legend = columns.map((name, at) => `<b style="background:${color(at)}"></b>${escaped(name)}`);
  return `<svg role="img" width="${width}" height="${height}"><title>${escaped(panel.title)}</title>${bars.join('')}</svg><div class="legend">${legend.join('')}</div>`;
}

function drawTable({ rows }: Drawn): string {
  const columns = Object.keys(rows[0] ?? {});
  const isNumber = (column: string) =>
    rows.every((row) => row[column] === null || (row[column] !== '' && !Number.isNaN(Number(row[column])))) &&
    rows.some((row) => typeof row[column] === 'number' || /^\d+$/.test(String(row[column])));
  const classOf = (column: string) => (isNumber(column) ? ' class="number"' : '');
  const head = columns.map((column) => `<th${classOf(column)}>${escaped(column)}</th>`);
  const lines = rows
    .slice(0, 30)
    .map(
      (row) =>
        `<tr>${columns.map((column) => `<td${classOf(column)}>${escaped(cellText(row[column]))}</td>`).join('')}</tr>`,
    );
  return `<table><tr>${head.join('')}</tr>${lines.join('')}</table>`;
}

function cellText(value: unknown): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString().slice(0, 19).replace('T', ' ');
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(5)));
  return shortened(String(value), 60);
}

function formatted(value: number, { fieldConfig }: Panel, least?: number): string {
  const { unit = '', decimals } = fieldConfig?.defaults ?? {};
  const digits = least === 0 && value >= 10 ? 0 : (decimals ?? 0);
  const number = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  switch (unit) {
    case 'currencyUSD':
      return `$${number}`;
    case 'percent':
      return `${number} %`;
    case 's':
      return value < 120 ? `${number} s` : `${Math.round(value / 60)} min`;
    case 'h':
    case 'ms':
      return `${number} ${unit}`;
    default:
      return number;
  }
}

/** The one that the dashboard says, else one by order. */
function colorOf({ fieldConfig }: Panel, name: string, at: number): string {
  const said = fieldConfig?.overrides?.find(({ matcher }) => matcher.options === name)?.properties[0]?.value;
  return Object(said).fixedColor ?? PALETTE[at] ?? FAILURE;
}

/** 1, 2, 2.5 or 5 × 10ⁿ. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((one) => one * power >= value) ?? 10) * power;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function shortened(text: string, most = 24): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
