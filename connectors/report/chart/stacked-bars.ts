import { shortName } from '../../../src/text/one-line.js';
import { type Html, html } from '../page/html.js';
import { type ChartText, chartFrame, coordinate, HEIGHT, legend } from './frame.js';
import { ticksThrough } from './scale.js';
import type { Series } from './series.js';
import type { Slot } from './slots.js';

/** Bars over time, each of its series stacked, the first at the bottom. What is not above zero has no height. */
export function stackedBars(
  text: ChartText,
  slots: readonly Slot[],
  series: readonly Series[],
  unit: number,
  format: (value: number) => string,
): Html {
  const tops = slots.map((_, at) =>
    series.reduce((sum, { values }) => sum + Math.max(0, values[at] ?? 0), 0),
  );
  const ticks = ticksThrough(Math.max(0, ...tops) / unit).map((tick) => tick * unit);
  const scale = HEIGHT / (ticks.at(-1) ?? 1);
  const floors = slots.map(() => 0);
  const bars = series.map(({ name, color, values }) => {
    const parts = slots.map((slot, at) => {
      const value = values[at];
      if (value === undefined || value <= 0) return undefined;
      const floor = floors[at] ?? 0;
      floors[at] = floor + value;
      const [bottom, top] = [
        HEIGHT - Math.round(floor * scale),
        HEIGHT - Math.round((floor + value) * scale),
      ];
      const d = `M${coordinate(at + 0.12)} ${top}h.76v${bottom - top}h-.76z`;
      return html`<path d="${d}"><title>${slot.name}, ${shortName(name)}: ${format(value)}</title></path>`;
    });
    return html`<g class="f${color}">${parts}</g>`;
  });
  const key = series.length > 1 ? legend(series) : undefined;
  return html`${key}${chartFrame(text, slots, ticks, format, bars)}`;
}
