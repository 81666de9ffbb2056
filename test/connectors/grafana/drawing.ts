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
const LEGEND_LINE = 15;
/** At most, of a letter of the legend and of what stands before and after its words. */
const LEGEND_LETTER = 6.2;
const LEGEND_GAP = 26;
const TABLE_LINE = 18;
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
 *
 * @param today `2026-11-20`: the day that is not over
 */
export function drawDashboard(drawn: readonly Drawn[], today: string): string {
  const height = Math.max(...drawn.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Deepgram</title><style>${STYLE}</style>${HATCHING}
<main style="height:${drawnHeight(height)}px">${drawn.map((one) => drawPanel(one, today)).join('\n')}</main></html>\n`;
}

const HATCHING = `<svg width="0" height="0" style="position:absolute"><defs><pattern id="hatching" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="5" fill="#ffffff" fill-opacity=".75"/></pattern><pattern id="hatched" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1" height="5" fill="#d5d8dc"/></pattern></defs></svg>`;

const STYLE = `body{margin:0;background:#f4f5f5;color:#1c2024;font:13px/1.45 system-ui,sans-serif}
main{position:relative;width:1240px}section{position:absolute;box-sizing:border-box;background:#fff;border:1px solid #e3e5e8;padding:6px 10px;overflow:hidden}
h1{position:absolute;margin:0;font-size:18px;padding:4px 8px}h2{margin:0 0 4px;font-size:13px}
.figure{font-size:28px;font-variant-numeric:tabular-nums;margin:8px 0}table{border-collapse:collapse;font-size:11px;white-space:nowrap;width:100%}
td,th{padding:1px 10px 1px 0;text-align:left}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
svg{display:block}.legend{font-size:10px;line-height:${LEGEND_LINE}px;color:#60656c}.legend span{display:inline-block;margin-right:10px}.legend b{display:inline-block;width:9px;height:9px;margin-right:4px}text{font:11px system-ui,sans-serif;fill:#60656c}
.empty{color:#60656c}`;

function drawPanel({ panel, rows }: Drawn, today: string): string {
  const { gridPos, title, type } = panel;
  const [width, height] = [gridPos.w * COLUMN - GAP, gridPos.h * LINE - GAP];
  const place = `left:${Math.round(gridPos.x * COLUMN)}px;top:${gridPos.y * LINE}px`;
  if (type === 'row') return `<h1 style="${place}">${escaped(title)}</h1>`;
  const inner: readonly [width: number, height: number] = [width - 22, height - 38];
  const content =
    rows.length === 0
      ? `<p class="empty">${escaped(panel.fieldConfig?.defaults.noValue ?? '')}</p>`
      : drawRows({ panel, rows }, inner, today);
  return `<section style="${place};width:${Math.round(width)}px;height:${height}px"><h2>${escaped(title)}</h2>${content}</section>`;
}

function drawRows(drawn: Drawn, size: readonly [number, number], today: string): string {
  switch (drawn.panel.type) {
    case 'stat':
      return drawFigure(drawn, size[0]);
    case 'timeseries':
      return drawSeries(drawn, size, today);
    case 'bargauge':
      return drawShares(drawn, size);
    case 'barchart':
      return drawGroups(drawn, size);
    case 'table':
      return drawTable(drawn, size[1]);
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

function drawSeries(
  { panel, rows }: Drawn,
  [width, below]: readonly [number, number],
  today: string,
): string {
  const series = seriesOf(rows);
  const legend = drawLegend(
    series.map(({ name }, at) => [name, colorOf(panel, name, at)]),
    width,
  );
  const height = below - legend.height;
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
  const tick = most / (String(most).startsWith('2') && !String(most).startsWith('25') ? 4 : 5);
  const digits = tick < 1 ? Math.ceil(-Math.log10(tick)) : 0;
  const grid = Array.from({ length: Math.round(most / tick) + 1 }, (_, at) => at * tick).map(
    (value) =>
      `<line x1="${left}" x2="${width}" y1="${y(value)}" y2="${y(value)}" stroke="#e3e5e8"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${formatted(value, panel, digits)}</text>`,
  );
  const column = (time: number, fill: string, title = '') =>
    `<rect x="${(left + times.indexOf(time) * step).toFixed(1)}" width="${step.toFixed(1)}" y="8" height="${(height - 24).toFixed(1)}" fill="${fill}">${title}</rect>`;
  const weekends = times.filter((time) => [0, 6].includes(new Date(time).getUTCDay()));
  const open = times.filter((time) => dayOf(time) === today);
  const said = open.map((time) =>
    column(time, isStacked ? 'url(#hatching)' : 'url(#hatched)', '<title>Today is not over</title>'),
  );
  const labels = times.map((time, i) => {
    const words =
      dayOf(time) === today ? 'today' : new Date(time).getUTCDay() === 1 ? dayOf(time).slice(5) : '';
    const isLast = i === times.length - 1;
    return words === ''
      ? ''
      : `<text x="${left + (i + (isLast ? 1 : 0.5)) * step}" y="${height - 2}" text-anchor="${isLast ? 'end' : 'middle'}">${words}</text>`;
  });
  const behind = weekends.map((time) => column(time, '#f6f7f8'));
  const layers = isStacked
    ? [...behind, ...grid, ...marks, ...said]
    : [...behind, ...said, ...grid, ...marks];
  return `<svg role="img" width="${width}" height="${height}"><title>${escaped(panel.title)}</title>${[...layers, ...labels].join('')}</svg>${legend.html}`;
}

/** With as many lines as it takes at most. */
function drawLegend(
  entries: readonly (readonly [name: string, color: string | undefined])[],
  width: number,
): { readonly html: string; readonly height: number } {
  let lines = 1;
  let used = 0;
  for (const [name] of entries) {
    const length = name.length * LEGEND_LETTER + LEGEND_GAP;
    if (used + length > width) {
      lines += 1;
      used = 0;
    }
    used += length;
  }
  const all = entries.map(
    ([name, color]) => `<span><b style="background:${color}"></b>${escaped(name)}</span>`,
  );
  return { html: `<div class="legend">${all.join('')}</div>`, height: lines * LEGEND_LINE };
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

function drawGroups({ panel, rows }: Drawn, [width, below]: readonly [number, number]): string {
  const [by = '', ...columns] = Object.keys(rows[0] ?? {});
  const most = Math.max(...rows.flatMap((row) => columns.map((column) => Number(row[column]))));
  const step = width / rows.length;
  const color = (at: number) => (at === columns.length - 1 ? PALETTE[0] : REST);
  const legend = drawLegend(
    columns.map((name, at) => [name, color(at)]),
    width,
  );
  const height = below - legend.height;
  const bars = rows.flatMap((row, i) => [
    ...columns.map((column, at) => {
      const h = ((height - 24) * Number(row[column])) / most;
      const w = (step - 10) / columns.length;
      return `<rect x="${(i * step + at * w).toFixed(1)}" width="${(w - 1).toFixed(1)}" y="${(height - 18 - h).toFixed(1)}" height="${h.toFixed(1)}" fill="${color(at)}"><title>${escaped(`${row[by]}, ${column}: ${formatted(Number(row[column]), panel)}`)}</title></rect>`;
    }),
    `<text x="${i * step + (step - 10) / 2}" y="${height - 4}" text-anchor="middle">${escaped(String(row[by]))}</text>`,
  ]);
  return `<svg role="img" width="${width}" height="${height}"><title>${escaped(panel.title)}</title>${bars.join('')}</svg>${legend.html}`;
}

function drawTable({ rows }: Drawn, height: number): string {
  const columns = Object.keys(rows[0] ?? {});
  const isNumber = (column: string) =>
    rows.every((row) => row[column] === null || (row[column] !== '' && !Number.isNaN(Number(row[column])))) &&
    rows.some((row) => typeof row[column] === 'number' || /^\d+$/.test(String(row[column])));
  const classOf = (column: string) => (isNumber(column) ? ' class="number"' : '');
  const head = columns.map((column) => `<th${classOf(column)}>${escaped(column)}</th>`);
  const lines = rows
    .slice(0, Math.floor(height / TABLE_LINE) - 1)
    .map(
      (row) =>
        `<tr>${columns.map((column) => `<td${classOf(column)}>${escaped(cellText(row[column]))}</td>`).join('')}</tr>`,
    );
  return `<table><tr>${head.join('')}</tr>${lines.join('')}</table>`;
}

/** Told apart by its beginning. */
const UUID = /^[\da-f]{8}-[\da-f-]{27}$/;

function cellText(value: unknown): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString().slice(0, 19).replace('T', ' ');
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(5)));
  const text = String(value);
  return shortened(text, UUID.test(text) ? 9 : 46);
}

/** @param digits behind the point; left out: as the panel has it */
function formatted(
  value: number,
  { fieldConfig }: Panel,
  digits = fieldConfig?.defaults.decimals ?? 0,
): string {
  const { unit = '' } = fieldConfig?.defaults ?? {};
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
