import type { Mask } from '../secrets/mask.js';
import { oneLine } from '../text/one-line.js';
import { formatCount } from '../text/text-table.js';
import type { Summary } from './summary.js';
import { factLines, notes, trafficLine, verdictLine } from './summary-text.js';

/** The summary for a step summary of GitHub Actions. Masked here, since an escaped secret is not known as one. */
export function summaryMarkdown(summary: Summary, mask: Mask): string {
  const streams = summary.streams.map(({ name, records, partitions, failed_partitions: failed }) => [
    name,
    formatCount(records),
    formatCount(partitions),
    failed === 0 ? '' : formatCount(failed),
  ]);
  const sinks = summary.sinks.map((sink) => [
    sink.name,
    sink.type,
    formatCount(sink.accepted),
    formatCount(sink.failed_partitions + sink.unread_partitions),
    sink.failure ? 'failed' : 'ok',
  ]);
  const said = [...notes(summary), ...factLines(summary)].map((note) => `- ${escaped(mask(note))}`);
  return [
    `### deepgram-export: ${escaped(verdictLine(summary))}`,
    '',
    trafficLine(summary),
    '',
    ...(streams.length > 0 ? table(['stream', 'records', 'partitions', 'unread'], streams) : []),
    ...(sinks.length > 0 ? table(['sink', 'type', 'accepted', 'partitions missing', ''], sinks) : []),
    ...(said.length > 0 ? [...said, ''] : []),
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** Names from outside must stay text: no table cell, link, image, formula or HTML of theirs. */
function escaped(text: string): string {
  return oneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/([\\`*_~[\]|!#$])/g, '\\$1')
    .replace(/:\/\//g, ':&#47;/')
    .replace(/www\./gi, (start) => `${start.slice(0, 3)}&#46;`);
}
