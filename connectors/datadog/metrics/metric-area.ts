// The names of streams are taken apart here, and nowhere else in this folder.

const GROUPED = '_by_';

/** True for the streams that have something to measure: requests, usage, billing, their breakdowns, balances. */
export function acceptsStream(stream: string): boolean {
  return stream === 'requests' || stream === 'balances' || /^(usage|billing)(_by_|$)/.test(stream);
}

/** True for a breakdown. */
export function isGrouped(stream: string): boolean {
  return stream.includes(GROUPED);
}

/** What the metrics of a stream are named after: `usage.by_endpoint` of `usage_by_endpoint`. */
export function areaOf(stream: string): string {
  return stream === 'balances' ? 'balance' : stream.replace(GROUPED, '.by_');
}

/** The stream that a metric, without its prefix, is made of; none for what is about the run itself. */
export function streamOf(metric: string): string | undefined {
  const [area = '', part = ''] = metric.split('.');
  if (area === 'export') return undefined;
  if (area === 'balance') return 'balances';
  return part.startsWith('by_') ? `${area}_${part}` : area;
}
