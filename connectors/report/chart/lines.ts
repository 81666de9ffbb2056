import { type Html, html } from '../page/html.js';
import { type ChartText, chartFrame, coordinate, HEIGHT, percentOf } from './frame.js';
import { ticksThrough } from './scale.js';
import type { Series } from './series.js';
import type { Slot } from './slots.js';

export interface Line extends Series {
  /** True for what is expected, and not known. Default false. */
  readonly isDotted?: boolean;
}

/** Lines over time from zero, with their names at their ends; what is not known is a gap. */
export function lineChart(
  text: ChartText,
  slots: readonly Slot[],
  lines: readonly Line[],
  format: (value: number) => string,
  unit: number,
): Html {
  const known = lines.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const ticks = ticksThrough(Math.max(0, ...known) / unit).map((tick) => tick * unit);
  const top = ticks.at(-1) ?? 1;
  const yOf = (value: number) => Math.round(HEIGHT * (1 - Math.max(0, value) / top));
  const drawn = lines.map(({ color, values, isDotted }) => {
    const dash = isDotted ? 'd' : '';
    return html`<path class="s${color} ${dash}" d="${pathOf(values, yOf)}"/>`;
  });
  const hints = slots.map(({ name }, at) => {
    const said = lines.flatMap(({ name: of, values }) => {
      const value = values[at];
      return value === undefined ? [] : `${of} ${format(value)}`;
    });
    if (said.length === 0) return undefined;
    return html`<path class=n d="M${at} 0h1v${HEIGHT}h-1z"><title>${name}: ${said.join(', ')}</title></path>`;
  });
  const ends = spread(
    lines.flatMap(({ name, color, values, isDotted }) => {
      const last = values.findLastIndex((value) => value !== undefined);
      const value = values[last];
      return value === undefined || isDotted ? [] : { name, color, last, y: yOf(value) };
    }),
  ).map(
    ({ name, color, last, y }) =>
      html`<text class="e t${color}" x="${percentOf((last + 0.5) / slots.length)}" dx=6 dy=4 y="${percentOf(y / HEIGHT)}">${name}</text>`,
  );
  return chartFrame(text, slots, ticks, format, [...drawn, ...hints], ends);
}

/** A lone point is drawn as a short stroke, or nothing would be seen of it. */
function pathOf(values: readonly (number | undefined)[], yOf: (value: number) => number): string {
  let path = '';
  for (const [at, value] of values.entries()) {
    if (value === undefined) continue;
    const begins = values[at - 1] === undefined;
    path += `${begins ? 'M' : 'L'}${coordinate(at + 0.5)} ${yOf(value)}`;
    if (begins && values[at + 1] === undefined) path += 'h.2';
  }
  return path;
}

/** Names at the ends of lines, moved apart where they would overlap. */
function spread<Label extends { readonly y: number }>(labels: readonly Label[]): readonly Label[] {
  const apart = 70;
  let free = HEIGHT;
  return labels
    .toSorted((one, other) => other.y - one.y)
    .map((label) => {
      const y = Math.min(label.y, free);
      free = y - apart;
      return { ...label, y };
    });
}
