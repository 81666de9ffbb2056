import { shortName } from '../../../src/text/one-line.js';
import { type Content, type Html, html } from '../page/html.js';
import type { Series } from './series.js';
import type { Slot } from './slots.js';

export interface ChartText {
  readonly title: string;
  /** A sentence on what it shows. */
  readonly description: string;
}

/** The height of the inner coordinates; their width is the number of slots. */
export const HEIGHT = 1_000;

/**
 * What surrounds a chart: grid lines with their numbers, weekends, days that are not over, labels below. Marks stretch
 * with the page, text does not.
 *
 * @param marks in coordinates of slots by {@link HEIGHT}
 */
export function chartFrame(
  { title, description }: ChartText,
  slots: readonly Slot[],
  ticks: readonly number[],
  format: (value: number) => string,
  marks: Content,
  after?: Content,
): Html {
  const top = ticks.at(-1) ?? 1;
  const grid = ticks.map((tick) => {
    const y = percentOf(1 - tick / top);
    return html`<line x1=0 x2="100%" y1="${y}" y2="${y}"/><text x=0 dx=-8 dy=4 y="${y}" text-anchor=end>${tickText(format(tick))}</text>`;
  });
  const labels = slots.map(({ label, isMinor }, at) =>
    label === undefined
      ? undefined
      : html`<text x="${percentOf((at + 0.5) / slots.length)}" y="100%" dy=18 text-anchor=middle class="${isMinor ? 'i' : 'a'}">${label}</text>`,
  );
  const shades = slots.map(({ isWeekend }, at) =>
    isWeekend ? html`<path class=k d="M${at} 0h1v${HEIGHT}h-1z"/>` : undefined,
  );
  const open = slots.map(({ isOpen, name }, at) =>
    isOpen
      ? html`<rect class=h x="${percentOf(at / slots.length)}" width="${percentOf(1 / slots.length)}" y=0 height="100%"><title>${name} is not over: its numbers still grow</title></rect>`
      : undefined,
  );
  const plot = (content: Content) =>
    html`<svg width="100%" height="100%" viewBox="0 0 ${slots.length} ${HEIGHT}" preserveAspectRatio=none>${content}</svg>`;
  return html`<svg class=c role=img><title>${title}</title><desc>${description}</desc>${plot(shades)}<g class=x>${grid}${labels}</g>${plot(marks)}${open}${after}</svg>`;
}

/** `50 s`, `$0`: ticks are round numbers. */
function tickText(text: string): string {
  return text.replace(/\.0+(?!\d)/, '');
}

/** Names with their colors, in the order of the chart. */
export function legend(series: readonly Series[]): Html {
  return html`<p class=l>${series.map(({ name, color }) => html`<span><i class="f${color}"></i><bdi>${shortName(name)}</bdi></span> `)}</p>`;
}

export function percentOf(share: number): string {
  return `${Number((100 * share).toFixed(2))}%`;
}

/** A coordinate, short. */
export function coordinate(value: number): string {
  return String(Number(value.toFixed(2)));
}
